import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Fold } from '../support/fold.js';
import { get } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { ask, collect, errorOf, sdk } from '../support/sdk.js';
import { startServer } from '../support/server.js';
import { serverDll, vendorHostDll } from '../support/settings.js';
import { startVendors } from '../support/vendors.js';

const scenario = scenarios('vendors');
const skip = serverDll && vendorHostDll ? false : 'needs a server that talks to the fake vendors';
const tools = [{ type: 'function', name: 'note', description: 'Notes a word.', parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] } }];
const models = { openai: 'gpt-5.1', anthropic: 'claude-sonnet-5-5', gemini: 'gemini-3.8-flash' };
const orders = [
  ['openai', 'anthropic', 'gemini'], ['openai', 'gemini', 'anthropic'], ['anthropic', 'openai', 'gemini'],
  ['anthropic', 'gemini', 'openai'], ['gemini', 'openai', 'anthropic'], ['gemini', 'anthropic', 'openai'],
];

let fakes;
let server;
if (!skip) {
  before(async () => {
    fakes = await startVendors();
    server = await startServer({ settings: fakes.settings });
  });
  after(async () => {
    await server?.stop();
    await fakes?.stop();
  });
}

for (const order of orders) {
  for (const [mode, turn] of [['plain', plainTurn], ['streamed', streamedTurn]]) {
    for (const generation_config of [undefined, { thinking_level: 'low', thinking_summaries: 'auto' }]) {
      const thinking = generation_config ? ', thinking' : '';
      scenario(`one chain over ${order.join(', ')}, ${mode}${thinking}: a call in each turn, and the last knows the first`, ['ST-11', 'ST-3', 'FN-1', 'TH-4'], async () => {
        const ai = sdk(server.url);
        let previous_interaction_id;
        const seen = [];
        for (const [number, vendor] of order.entries()) {
          const settings = { model: models[vendor], tools, generation_config };
          const asked = await turn(ai, { ...settings, previous_interaction_id, input: number === 0 ? 'My bird is the heron. call note with {"word":"first"}' : `call note with {"word":"turn ${number + 1}"}` });
          assert.equal(asked.status, 'requires_action', JSON.stringify(asked));
          const call = asked.steps.find((s) => s.type === 'function_call');
          assert.equal(call.name, 'note');
          seen.push(call.arguments.word);
          const answer = await turn(ai, { ...settings, previous_interaction_id: asked.id, input: [{ type: 'function_result', call_id: call.id, name: 'note', result: `noted by ${vendor}` }] });
          assert.equal(answer.status, 'completed', JSON.stringify(answer));
          assert.match(textIn(answer), new RegExp(`note returned .*noted by ${vendor}`));
          previous_interaction_id = answer.id;
        }

        assert.deepEqual(seen, ['first', 'turn 2', 'turn 3']);
        const last = await turn(ai, { model: models[order[2]], generation_config, previous_interaction_id, input: 'What did I say first?' });
        assert.match(textIn(last), /My bird is the heron/);
        assert.equal((await get(last.id, '', { base: server.url })).model, models[order[2]]);
      }, { skip });
    }
  }
}

for (const vendor of Object.keys(models)) {
  for (const [mode, turn] of [['plain', plainTurn], ['streamed', streamedTurn]]) {
    scenario(`a client keeps the conversation with ${vendor}, ${mode}: two rounds of calls, thinking`, ['FN-7', 'ST-15', 'TH-4'], async () => {
      const ai = sdk(server.url);
      const settings = { model: models[vendor], tools, store: false, generation_config: { thinking_level: 'low', thinking_summaries: 'auto' } };
      const history = [];
      for (const words of [['a', 'b'], ['c']]) {
        history.push({ type: 'user_input', content: [{ type: 'text', text: words.map((w) => `call note with {"word":"${w}"}`).join(' and ') }] });
        const asked = await turn(ai, { ...settings, input: history });
        const calls = asked.steps.filter((s) => s.type === 'function_call');
        assert.deepEqual(calls.map((c) => c.arguments.word), words, JSON.stringify(asked));
        history.push(...asked.steps, ...calls.map((c) => ({ type: 'function_result', call_id: c.id, name: c.name, result: `noted ${c.arguments.word}` })));
        const answer = await turn(ai, { ...settings, input: history });
        assert.equal(answer.status, 'completed', JSON.stringify(answer));
        for (const word of words) {
          assert.match(textIn(answer), new RegExp(`noted ${word}`));
        }

        history.push(...answer.steps);
      }
    }, { skip });
  }
}

scenario('parallel calls, images and a failed call travel from vendor to vendor', ['ST-11', 'FN-2', 'FN-5', 'FN-6'], async () => {
  const ai = sdk(server.url);
  let previous_interaction_id;
  for (const vendor of ['gemini', 'openai', 'anthropic', 'gemini']) {
    const settings = { model: models[vendor], tools };
    const asked = await ask({ ...settings, previous_interaction_id, input: [
      { type: 'text', text: 'call note with {"word":"a"} and call note with {"word":"b"}' }, { type: 'image', mime_type: 'image/png', data: onePixel },
    ] }, ai);
    const calls = asked.steps.filter((s) => s.type === 'function_call');
    assert.deepEqual(calls.map((c) => c.arguments.word), ['a', 'b'], vendor);
    const answer = await ask({ ...settings, previous_interaction_id: asked.id, input: [
      { type: 'function_result', call_id: calls[1].id, name: 'note', result: 'no ink', is_error: true },
      { type: 'function_result', call_id: calls[0].id, name: 'note', result: [{ type: 'text', text: 'a picture' }, { type: 'image', mime_type: 'image/png', data: onePixel }] },
    ] }, ai);
    assert.equal(answer.status, 'completed', vendor);
    assert.match(answer.output_text, /a picture/);
    assert.match(answer.output_text, /no ink/);
    previous_interaction_id = answer.id;
  }
}, { skip });

scenario('a model that does not take what the history holds refuses the turn', ['ST-12'], async () => {
  const ai = sdk(server.url);
  const heard = await ask({ model: 'demo', input: [{ type: 'text', text: 'What is this?' }, { type: 'audio', mime_type: 'audio/wav', data: silence }] }, ai);
  assert.equal(heard.status, 'completed');
  for (const stream of [false, true]) {
    const error = await errorOf(ask({ model: models.anthropic, previous_interaction_id: heard.id, input: 'And now?', stream }, ai));
    assert.equal(error.status, 400);
    assert.match(error.message, /audio/);
  }

  assert.equal((await ask({ model: models.gemini, previous_interaction_id: heard.id, input: 'And now?' }, ai)).status, 'completed');
}, { skip });

scenario('structured output from every vendor', ['SO-2'], async () => {
  const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'], additionalProperties: false };
  for (const [vendor, model] of Object.entries(models).filter(([vendor]) => vendor !== 'gemini')) {
    const answer = await ask({ model, input: 'A person.', response_format: { type: 'text', mime_type: 'application/json', schema } }, sdk(server.url));
    assert.equal(typeof JSON.parse(answer.output_text).name, 'string', vendor);
  }
}, { skip });

scenario('the models of every vendor are listed', ['OP-models.list'], async () => {
  const names = [];
  for await (const entry of await sdk(server.url).models.list({ config: { pageSize: 5 } })) {
    names.push(entry.name);
  }

  for (const model of [...Object.values(models), 'demo']) {
    assert.ok(names.some((n) => n.endsWith(model)), `${model} in ${names.join()}`);
  }
}, { skip });

scenario('no vendor refused a request', ['ST-11', 'TH-4', 'FN-10'], async () => {
  const refused = await fakes.stop();
  fakes = undefined;
  assert.deepEqual(refused, []);
}, { skip });

function plainTurn(ai, body) {
  return ask(body, ai);
}

async function streamedTurn(ai, body) {
  const fold = Fold.of(await collect(await ask({ ...body, stream: true }, ai)));
  assert.deepEqual(fold.errors, []);
  return { id: fold.id, status: fold.status, steps: fold.steps };
}

const textIn = ({ steps }) => steps.filter((s) => s.type === 'model_output').flatMap((s) => s.content).map((b) => b.text ?? '').join('');
const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const silence = Buffer.concat([
  Buffer.from('RIFF'), u32(40), Buffer.from('WAVEfmt '), u32(16), u16(1), u16(1), u32(8000), u32(16000), u16(2), u16(16), Buffer.from('data'), u32(4), u32(0),
]).toString('base64');

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u16(value) {
  return u32(value).subarray(0, 2);
}
