import assert from 'node:assert/strict';
import { create, get, send, textOf, tryCreate } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { ai, ask } from '../support/sdk.js';
import { apiKey, baseUrl, model, version } from '../support/settings.js';

const scenario = scenarios('create');

scenario('text in, text out, with the fields of the resource', ['OP-interactions.create', 'TR-1', 'ST-2', 'SM-6'], async () => {
  const before = Date.now();
  const answer = await ask({ input: 'echo: Hello there.' });
  assert.equal(answer.output_text, 'Hello there.');
  assert.match(answer.id, /^\S{16,}$/);
  assert.equal(answer.object, 'interaction');
  assert.equal(answer.status, 'completed');
  assert.equal(answer.model, model);
  assert.deepEqual(answer.steps, [{ type: 'model_output', content: [{ type: 'text', text: 'Hello there.' }] }]);
  for (const time of [answer.created, answer.updated]) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    // Whole seconds are allowed, and so is a clock that differs a little.
    assert.ok(Math.abs(Date.parse(time) - before) < 10_000, `${time} is not about now`);
  }

  assert.ok(Date.parse(answer.created) <= Date.parse(answer.updated));
});

scenario('created is stamped when the work begins, not when it ends', ['SM-6'], async () => {
  const answer = await create({ input: 'count to 12 slowly, 150 ms' });
  assert.ok(Date.parse(answer.updated) - Date.parse(answer.created) >= 1000, `${answer.created} to ${answer.updated}`);
});

scenario('the answer has neither the computed fields of SDKs nor fields of the other surfaces', ['MM-12'], async () => {
  const answer = await create({ input: 'echo: x' });
  for (const name of ['output_text', 'output_image', 'output_audio', 'output_video', 'outputs', 'role', 'output']) {
    assert.ok(!(name in answer), name);
  }

  assert.ok(!JSON.stringify(answer).includes(':null'), 'absent fields are left out, not null');
});

for (const [shape, input] of [
  ['a string', 'echo: same'],
  ['a content block', { type: 'text', text: 'echo: same' }],
  ['a list of content blocks', [{ type: 'text', text: 'echo: same' }]],
  ['a list of steps', [{ type: 'user_input', content: [{ type: 'text', text: 'echo: same' }] }]],
]) {
  scenario(`input as ${shape}`, ['OP-interactions.create', 'ST-21'], async () => {
    const answer = await ask({ input });
    assert.equal(answer.output_text, 'same');
    const stored = await get(answer.id);
    assert.deepEqual(stored.steps[0], { type: 'user_input', content: [{ type: 'text', text: 'echo: same' }] });
  });
}

scenario('a list that mixes content and steps is one conversation', ['ST-15'], async () => {
  const answer = await ask({ input: [
    { type: 'text', text: 'My name is Ada.' },
    { type: 'model_output', content: [{ type: 'text', text: 'Noted.' }] },
    { type: 'text', text: 'What is my name?' },
  ] });
  assert.match(answer.output_text, /Ada/);
});

scenario('an image block arrives with its bytes', ['MM-1'], async () => {
  const answer = await ask({ input: [{ type: 'text', text: 'What is in this image?' }, { type: 'image', mime_type: 'image/png', data: onePixel }] });
  assert.match(answer.output_text, /image\/png.*1×1/);
});

scenario('media are plain base64 or an address, and nothing else', ['MM-1'], async () => {
  const image = (fields) => ({ input: [{ type: 'text', text: 'x' }, { type: 'image', ...fields }] });
  for (const [fields, place] of [
    [{ uri: `data:image/png;base64,${onePixel}` }, 'uri'],
    [{ mime_type: 'image/png', data: `data:image/png;base64,${onePixel}` }, 'data'],
    [{ mime_type: 'image/png', data: 'not base64!' }, 'data'],
    [{ mime_type: 'image/png', data: onePixel.slice(0, -3) }, 'data'],
    [{ mime_type: 'image/png', data: onePixel, uri: 'https://example.com/x.png' }, 'uri'],
    [{ mime_type: 'image/png' }, 'data'],
    [{ data: onePixel }, 'mime_type'],
    [{ uri: 'file:///etc/passwd' }, 'uri'],
  ]) {
    const answer = await tryCreate(image(fields));
    assert.equal(answer.status, 400, `${JSON.stringify(fields).slice(0, 60)}: ${answer.text.slice(0, 200)}`);
    assert.ok(answer.json.error.message.includes(place), answer.text);
  }
});

scenario('model names may carry the prefix models/', ['TR-10'], async () => {
  assert.equal(textOf(await create({ model: `models/${model}`, input: 'echo: prefixed' })), 'prefixed');
});

scenario('neither model nor agent, or both, is refused', ['TR-1'], async () => {
  for (const body of [{ input: 'x' }, { model, agent: 'deep-research-preview-04-2026', input: 'x' }]) {
    const answer = await send('POST', `/${version}/interactions`, body);
    assert.equal(answer.status, 400);
    assert.equal(answer.json.error.code, 'invalid_request');
    assert.match(answer.json.error.message, /model.*agent/s);
  }
});

scenario('an unknown field is refused and the nearest name is offered', ['TR-4'], async () => {
  for (const [body, unknown, nearest] of [
    [{ inputs: 'x' }, 'inputs', 'input'],
    [{ input: 'x', previousInteractionId: 'y' }, 'previousInteractionId', 'previous_interaction_id'],
    [{ input: 'x', generation_config: { max_output_token: 3 } }, 'max_output_token', 'max_output_tokens'],
  ]) {
    const answer = await tryCreate(body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.error.code, 'parameter_unknown');
    assert.ok(answer.json.error.message.includes(unknown), answer.text);
    assert.match(answer.json.error.message, new RegExp(`\\b${nearest}\\b`));
  }
});

scenario('schemaVersion and session_id are unknown, whatever some articles say', ['TR-6'], async () => {
  for (const name of ['schemaVersion', 'session_id']) {
    const answer = await tryCreate({ input: 'x', [name]: '1' });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.error.code, 'parameter_unknown');
  }
});

scenario('Api-Revision changes nothing', ['TR-6'], async () => {
  for (const revision of ['2026-05-20', '2025-01-01', '2031-12-31', 'nonsense']) {
    assert.equal(textOf(await create({ input: 'echo: same' }, { extraHeaders: { 'api-revision': revision } })), 'same');
  }
});

scenario('unknown query parameters are ignored', [], async () => {
  const answer = await send('POST', `/${version}/interactions?a=1&alt=json`, { model, input: 'echo: same' });
  assert.equal(answer.status, 200, answer.text);
});

scenario('a wrong enum value names the path and the allowed values', ['ER-6'], async () => {
  const answer = await tryCreate({ input: 'x', generation_config: { thinking_level: 'extreme' } });
  assert.equal(answer.status, 400);
  assert.equal(answer.json.error.code, 'invalid_request');
  for (const word of ['generation_config.thinking_level', 'minimal', 'low', 'medium', 'high']) {
    assert.ok(answer.json.error.message.includes(word), `${word} in: ${answer.json.error.message}`);
  }
});

scenario('a wrong tool type names the path and the allowed types', ['TL-14'], async () => {
  const answer = await tryCreate({ input: 'x', tools: [{ type: 'functions' }] });
  assert.equal(answer.status, 400);
  for (const word of ['tools[0].type', 'function', 'code_execution', 'google_search', 'mcp_server']) {
    assert.ok(answer.json.error.message.includes(word), `${word} in: ${answer.json.error.message}`);
  }
});

scenario('bodies that are no JSON are refused', ['TR-3'], async () => {
  const form = new FormData();
  form.set('model', model);
  const multipart = await fetch(`${baseUrl}/${version}/interactions`, { method: 'POST', body: form, headers: { 'x-goog-api-key': apiKey } });
  assert.ok(multipart.status >= 400 && multipart.status < 500, `${multipart.status}`);
  for (const body of ['', '{', '[]', '"text"', 'null', '{"model":"demo","input":"x"} trailing']) {
    const answer = await send('POST', `/${version}/interactions`, body);
    assert.equal(answer.status, 400, `${body}: ${answer.text}`);
    assert.equal(answer.json.error.code, 'invalid_request', body);
  }
});

scenario('the retired shape is answered with a pointer to steps', ['TR-7'], async () => {
  const answer = await tryCreate({ input: [{ role: 'user', content: 'hi' }] });
  assert.equal(answer.status, 400);
  assert.equal(answer.json.error.code, 'invalid_request');
  assert.match(answer.json.error.message, /legacy.*step/is);
});

scenario('max_output_tokens reached is incomplete and can be continued', ['SM-2', 'ST-7'], async () => {
  const cut = await create({ input: 'My name is Ada. count to 50', generation_config: { max_output_tokens: 5 } });
  assert.equal(cut.status, 'incomplete');
  assert.equal(textOf(cut), '1 2 3 4 5');
  assert.equal(cut.usage.total_output_tokens, 5);
  const next = await create({ input: 'What is my name?', previous_interaction_id: cut.id });
  assert.equal(next.status, 'completed');
  assert.match(textOf(next), /Ada/);
});

scenario('usage adds up', [], async () => {
  const { usage } = await create({ input: 'echo: one two three' });
  assert.equal(usage.total_tokens, usage.total_input_tokens + usage.total_output_tokens + (usage.total_thought_tokens ?? 0));
  assert.ok(usage.total_input_tokens > 0 && usage.total_output_tokens > 0);
  assert.deepEqual(usage.output_tokens_by_modality, [{ modality: 'text', tokens: usage.total_output_tokens }]);
});

scenario('the system instruction reaches the model', [], async () => {
  const answer = await ask({ input: 'What is your system instruction?', system_instruction: 'Speak of cats.' });
  assert.match(answer.output_text, /Speak of cats\./);
});

scenario('the service tier is echoed', ['TI-3'], async () => {
  assert.equal((await create({ input: 'echo: x' })).service_tier, 'standard');
});

scenario('an Idempotency-Key makes a repeated create the same interaction', ['ER-7'], async () => {
  const key = `key-${crypto.randomUUID()}`;
  const twice = await Promise.all([1, 2].map(() => create({ input: 'echo: once' }, { extraHeaders: { 'idempotency-key': key } })));
  assert.equal(twice[0].id, twice[1].id);
  const other = await tryCreate({ input: 'echo: other' }, { extraHeaders: { 'idempotency-key': key } });
  assert.equal(other.status, 400, other.text);
});

scenario('the SDK finds text after other blocks as its users expect', ['MM-12'], async () => {
  const answer = await ai.interactions.create({ model, input: 'echo: two\nlines' });
  assert.equal(answer.output_text, 'two\nlines');
});

const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
