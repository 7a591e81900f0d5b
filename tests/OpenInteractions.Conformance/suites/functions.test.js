import assert from 'node:assert/strict';
import { create, get, openCreate, textOf, tryCreate } from '../support/http.js';
import { Fold } from '../support/fold.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { ask } from '../support/sdk.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('functions');
const declare = (name, ...fields) => ({
  type: 'function', name, description: `The function ${name}.`,
  parameters: { type: 'object', properties: Object.fromEntries(fields.map((f) => [f, { type: 'string' }])), required: fields },
});
const weather = declare('get_weather', 'city');
const time = declare('get_time', 'zone');
const book = declare('book_table', 'place');
const tools = [weather, time, book];
const callsOf = (interaction) => interaction.steps.filter((s) => s.type === 'function_call');
const resultOf = (call, result, more) => ({ type: 'function_result', call_id: call.id, name: call.name, result, ...more });
const answerTo = (asked, input, more) => create({ input, previous_interaction_id: asked.id, tools, ...more });

scenario('one call, one result, one answer', ['FN-1', 'FN-13', 'SM-1'], async () => {
  const asked = await ask({ input: 'call get_weather for "Paris"', tools });
  assert.equal(asked.status, 'requires_action');
  const [call] = callsOf(asked);
  assert.deepEqual({ name: call.name, arguments: call.arguments }, { name: 'get_weather', arguments: { city: 'Paris' } });
  assert.equal(asked.steps.at(-1), call);
  assert.equal((await get(asked.id)).status, 'requires_action');
  const answer = await ask({ input: [resultOf(call, '21 degrees')], previous_interaction_id: asked.id, tools });
  assert.equal(answer.status, 'completed');
  assert.match(answer.output_text, /get_weather returned 21 degrees/);
  assert.notEqual(answer.id, asked.id);
  // The answer made a new resource; the old one is as it was.
  assert.equal((await get(asked.id)).status, 'requires_action');
});

scenario('parallel calls: all results in one request, in any order', ['FN-2'], async () => {
  const asked = await create({ input: 'call get_weather for "Paris" and get_time for "CET"', tools });
  const calls = callsOf(asked);
  assert.deepEqual(calls.map((c) => c.name), ['get_weather', 'get_time']);
  assert.notEqual(calls[0].id, calls[1].id);
  for (const order of [[0, 1], [1, 0]]) {
    const answer = await answerTo(asked, order.map((i) => resultOf(calls[i], `result ${i}`)));
    assert.match(textOf(answer), /get_weather returned result 0/);
    assert.match(textOf(answer), /get_time returned result 1/);
  }
});

scenario('one function twice in one turn', ['FN-2'], async () => {
  const asked = await create({ input: 'call get_weather for "Paris", call get_weather for "Rome"', tools });
  const calls = callsOf(asked);
  assert.deepEqual(calls.map((c) => c.arguments.city), ['Paris', 'Rome']);
  assert.equal(new Set(calls.map((c) => c.id)).size, 2);
  const text = textOf(await answerTo(asked, calls.map((c) => resultOf(c, `sunny in ${c.arguments.city}`))));
  assert.match(text, /Paris.*Rome/s);
});

scenario('a pending call without its result is refused', ['FN-3'], async () => {
  const asked = await create({ input: 'call get_weather for "Paris" and get_time for "CET"', tools });
  const [first, second] = callsOf(asked);
  for (const input of ['And now?', [resultOf(first, 'x')], [resultOf(second, 'x')]]) {
    const answer = await tryCreate({ input, previous_interaction_id: asked.id, tools });
    assert.equal(answer.status, 400, answer.text);
    assert.ok(answer.json.error.message.includes(input[0].call_id === first.id ? second.id : first.id), answer.text);
  }
});

scenario('results for unknown or answered calls, or twice for one, are refused', ['FN-1'], async () => {
  const asked = await create({ input: 'call get_weather for "Paris"', tools });
  const [call] = callsOf(asked);
  const done = await answerTo(asked, [resultOf(call, 'x')]);
  for (const [body, place] of [
    [{ input: [resultOf(call, 'x'), resultOf(call, 'y')], previous_interaction_id: asked.id }, 'input[1]'],
    [{ input: [resultOf(call, 'x'), { ...resultOf(call, 'y'), call_id: 'nope' }], previous_interaction_id: asked.id }, 'nope'],
    [{ input: [resultOf(call, 'x')], previous_interaction_id: done.id }, call.id],
    [{ input: [resultOf(call, 'x')] }, call.id],
  ]) {
    const answer = await tryCreate({ ...body, tools });
    assert.equal(answer.status, 400, answer.text);
    assert.ok(answer.json.error.message.includes(place), `${place} in: ${answer.text}`);
  }
});

scenario('compositional: the model asks again with what it learnt', ['FN-4'], async () => {
  const asked = await create({ input: 'call get_weather for "Paris", then book_table for "Le Procope"', tools });
  assert.deepEqual(callsOf(asked).map((c) => c.name), ['get_weather']);
  const again = await answerTo(asked, [resultOf(callsOf(asked)[0], 'sunny')]);
  assert.equal(again.status, 'requires_action');
  assert.deepEqual(callsOf(again).map((c) => c.name), ['book_table']);
  const end = await answerTo(again, [resultOf(callsOf(again)[0], 'booked')]);
  assert.equal(end.status, 'completed');
  assert.match(textOf(end), /booked/);
  assert.equal(end.previous_interaction_id, again.id);
});

for (const [form, result, shown] of [
  ['text', '21 degrees', /21 degrees/],
  ['an object', { degrees: 21, sky: { clouds: false } }, /"degrees":\s*21/],
  ['a list of content', [{ type: 'text', text: 'a chart' }, { type: 'image', mime_type: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' }], /a chart.*image\/png.*1×1/s],
  ['a wrapped list of content', { content: [{ type: 'text', text: 'a chart' }] }, /a chart/],
]) {
  scenario(`a result as ${form}`, ['FN-5'], async () => {
    const asked = await create({ input: 'call get_weather for "Paris"', tools });
    const answer = await answerTo(asked, [resultOf(callsOf(asked)[0], result)]);
    assert.match(textOf(answer), shown);
    assert.deepEqual((await get(answer.id)).steps[0].result, result);
  });
}

scenario('a failed call is told as failed', ['FN-6'], async () => {
  const asked = await create({ input: 'call get_weather for "Paris", then get_time for "CET"', tools });
  const answer = await answerTo(asked, [resultOf(callsOf(asked)[0], 'no such city', { is_error: true })]);
  assert.match(textOf(answer), /get_weather failed: no such city/);
});

scenario('stateless: steps go back unchanged', ['FN-7', 'ST-15', 'TH-4'], async () => {
  const user = { type: 'user_input', content: [{ type: 'text', text: 'call get_weather for "Paris"' }] };
  const thinking = { store: false, tools, generation_config: { thinking_level: 'high' } };
  const asked = await ask({ input: [user], ...thinking });
  assert.equal(asked.status, 'requires_action');
  assert.deepEqual(asked.steps.map((s) => s.type), ['thought', 'function_call']);
  assert.ok(asked.steps[0].signature);
  const [call] = callsOf(asked);
  const answer = await ask({ input: [user, ...asked.steps, resultOf(call, '21 degrees')], ...thinking });
  assert.equal(answer.status, 'completed');
  assert.match(answer.output_text, /21 degrees/);
});

scenario('stateless: missing and foreign signatures and the sentinel are accepted', ['FN-10', 'FN-14'], async () => {
  const user = { type: 'user_input', content: [{ type: 'text', text: 'call get_weather for "Paris"' }] };
  const call = { type: 'function_call', id: 'foreign-1', name: 'get_weather', arguments: { city: 'Paris' } };
  for (const steps of [
    [call],
    [{ ...call, signature: 'skip_thought_signature_validator' }],
    [{ ...call, signature: 'c29tZWJvZHkgZWxzZSdz' }],
    [{ type: 'thought', signature: 'c29tZWJvZHkgZWxzZSdz' }, call],
    [{ type: 'thought', signature: 'skip_thought_signature_validator' }, call],
  ]) {
    const answer = await create({ input: [user, ...steps, resultOf(call, 'fine')], store: false, tools });
    assert.match(textOf(answer), /fine/);
  }
});

scenario('a signature on a call is kept as it was sent', ['FN-14', 'TH-4'], async () => {
  const call = { type: 'function_call', id: 'foreign-1', name: 'get_weather', arguments: { city: 'Paris' }, signature: 'c29tZWJvZHkgZWxzZSdz' };
  const steps = [{ type: 'user_input', content: [{ type: 'text', text: 'call get_weather for "Paris"' }] }, call, resultOf(call, 'fine')];
  const { id } = await create({ input: steps, tools });
  assert.deepEqual((await get(id)).steps.slice(0, 3), steps);
});

scenario('our own calls carry no signature; the thought before them does', ['FN-14'], async () => {
  const { steps } = await create({ input: 'call get_weather for "Paris"', tools, generation_config: { thinking_level: 'low' } });
  assert.ok(steps[0].signature);
  assert.ok(!('signature' in steps[1]));
});

scenario('a history that ends in a call is refused', ['FN-3'], async () => {
  const user = { type: 'user_input', content: [{ type: 'text', text: 'hi' }] };
  const call = { type: 'function_call', id: 'c1', name: 'get_weather', arguments: {} };
  const answer = await tryCreate({ input: [user, call], store: false, tools });
  assert.equal(answer.status, 400);
  assert.match(answer.json.error.message, /c1/);
});

for (const [choice, prompt, calls] of [
  ['auto', 'call get_weather for "Paris"', ['get_weather']],
  ['auto', 'echo: no call', []],
  ['validated', 'call get_weather for "Paris"', ['get_weather']],
  ['any', 'echo: must call', ['get_weather']],
  ['none', 'call get_weather for "Paris"', []],
  [{ allowed_tools: { mode: 'any', tools: ['get_time'] } }, 'echo: must call', ['get_time']],
  [{ allowed_tools: { mode: 'auto', tools: ['get_time'] } }, 'call get_weather for "Paris"', []],
]) {
  scenario(`tool_choice ${JSON.stringify(choice)} with "${prompt}"`, ['FN-8'], async () => {
    const answer = await create({ input: prompt, tools, generation_config: { tool_choice: choice } });
    assert.deepEqual(callsOf(answer).map((c) => c.name), calls);
    assert.equal(answer.status, calls.length > 0 ? 'requires_action' : 'completed');
  });
}

scenario('wrong tool choices are refused', ['FN-8', 'ER-6'], async () => {
  for (const tool_choice of ['sometimes', { allowed_tools: { mode: 'any', tools: ['no_such'] } }, { allowed_tools: { mode: 'often', tools: ['get_time'] } }]) {
    const answer = await tryCreate({ input: 'x', tools, generation_config: { tool_choice } });
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.json.error.message, /tool_choice/);
  }
});

scenario('schemas: empty required, no parameters, and deep ones', ['FN-9', 'FN-10'], async () => {
  const deep = Array.from({ length: 20 }).reduce((inner) => ({ type: 'object', properties: { x: inner }, required: ['x'] }), { type: 'string' });
  for (const tool of [
    { type: 'function', name: 'plain', parameters: { type: 'object', properties: {}, required: [] } },
    { type: 'function', name: 'plain' },
    { type: 'function', name: 'plain', description: 'deep', parameters: deep },
  ]) {
    const answer = await create({ input: 'call plain', tools: [tool], generation_config: { tool_choice: 'any' } });
    assert.deepEqual(callsOf(answer).map((c) => c.name), ['plain']);
  }
});

scenario('two tools of one name are refused', [], async () => {
  const answer = await tryCreate({ input: 'x', tools: [weather, weather] });
  assert.equal(answer.status, 400);
  assert.match(answer.json.error.message, /get_weather/);
});

scenario('functions and structured output in one request', ['FN-12'], async () => {
  const response_format = { type: 'text', mime_type: 'application/json', schema: { type: 'object', properties: { weather: { type: 'string' } }, required: ['weather'] } };
  const asked = await create({ input: 'call get_weather for "Paris"', tools, response_format });
  assert.equal(asked.status, 'requires_action');
  const answer = await answerTo(asked, [resultOf(callsOf(asked)[0], { weather: 'sunny' })], { response_format });
  assert.equal(typeof JSON.parse(textOf(answer)).weather, 'string');
});

scenario('the whole round trip on streams', ['FN-1', 'FN-2', 'SE-6', 'SE-10'], async () => {
  const asked = Fold.of((await readAll(await openCreate({ input: 'call get_weather for "Paris" and get_time for "CET"', tools }))).events);
  assert.equal(asked.status, 'requires_action');
  const results = asked.steps.filter((s) => s.type === 'function_call').map((c) => resultOf(c, `${c.name} is fine`));
  const answer = Fold.of((await readAll(await openCreate({ input: results, previous_interaction_id: asked.id, tools }))).events);
  assert.equal(answer.status, 'completed');
  assert.match(answer.steps.at(-1).content[0].text, /get_weather is fine.*get_time is fine/s);
});

scenario('in the background too', ['FN-1', 'BG-1'], async () => {
  const asked = await ended((await create({ input: 'call get_weather for "Paris"', tools, background: true })).id);
  assert.equal(asked.status, 'requires_action');
  const answer = await ended((await answerTo(asked, [resultOf(callsOf(asked)[0], 'sunny')], { background: true })).id);
  assert.match(textOf(answer), /sunny/);
});
