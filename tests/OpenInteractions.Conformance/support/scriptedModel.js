import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * A vendor of the Chat Completions wire whose one model decides by a function: it gets what the tools have answered so far, as `{ name, text }`, and gives the next call,
 * `{ name, arguments }`, or a text. It keeps nothing, so that it answers the same to whoever asks. `asked` counts.
 */
export async function startScriptedModel(decide) {
  let asked = 0;
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }));
      return;
    }

    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }

    const body = JSON.parse(Buffer.concat(chunks).toString());
    asked++;
    const named = new Map(body.messages.flatMap((m) => m.tool_calls ?? []).map((call) => [call.id, call]));
    const results = body.messages.filter((m) => m.role === 'tool').map((m) => ({ name: named.get(m.tool_call_id)?.function.name, arguments: named.get(m.tool_call_id)?.function.arguments, text: text(m.content) }));
    const next = decide(results, body);
    const delta = typeof next === 'string'
      ? { content: next }
      : { tool_calls: [{ index: 0, id: `call_${results.length}`, type: 'function', function: { name: next.name, arguments: JSON.stringify(next.arguments) } }] };
    const head = { id: `chat-${asked}`, object: 'chat.completion.chunk', created: 1, model: 'scripted' };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of [
      { ...head, choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: typeof next === 'string' ? 'stop' : 'tool_calls' }] },
      { ...head, choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } },
    ]) {
      response.write(`data: ${JSON.stringify(event)}\n\n`);
    }

    response.end('data: [DONE]\n\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    get asked() {
      return asked;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const text = (content) => (typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n'));
