import assert from 'node:assert/strict';
import { cancel, create, get, remove, textOf, tryCreate } from '../support/http.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { ask } from '../support/sdk.js';

const scenario = scenarios('chain');
const lookup = { type: 'function', name: 'lookup', description: 'Looks a word up.', parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] } };

scenario('interactions are stored unless told otherwise', ['ST-1'], async () => {
  const { id } = await create({ input: 'echo: x' });
  assert.equal((await get(id)).status, 'completed');
});

scenario('a chain remembers, and get shows only the turn', ['ST-2', 'ST-3'], async () => {
  const first = await ask({ input: 'My name is Ada.' });
  const second = await ask({ input: 'What is my name?', previous_interaction_id: first.id });
  assert.match(second.output_text, /Ada/);
  assert.equal(second.previous_interaction_id, first.id);
  assert.ok(second.steps.every((s) => s.type !== 'user_input'));
  const stored = await get(second.id);
  assert.equal(stored.previous_interaction_id, first.id);
  assert.deepEqual(stored.steps.filter((s) => s.type === 'user_input'), [{ type: 'user_input', content: [{ type: 'text', text: 'What is my name?' }] }]);
});

scenario('tools are gone unless sent again', ['ST-3'], async () => {
  const first = await create({ input: 'echo: hello', tools: [lookup] });
  const without = await create({ input: 'call lookup for "word"', previous_interaction_id: first.id });
  assert.equal(without.status, 'completed');
  assert.ok(without.steps.every((s) => s.type !== 'function_call'));
  const with_ = await create({ input: 'call lookup for "word"', previous_interaction_id: first.id, tools: [lookup] });
  assert.equal(with_.status, 'requires_action');
});

scenario('system instruction and generation settings are gone unless sent again', ['ST-3'], async () => {
  const first = await create({ input: 'count to 50', system_instruction: 'Speak of cats.', generation_config: { max_output_tokens: 3, thinking_level: 'low' } });
  assert.equal(first.status, 'incomplete');
  const second = await create({ input: 'What is your system instruction?', previous_interaction_id: first.id });
  assert.equal(second.status, 'completed');
  assert.doesNotMatch(textOf(second), /cats/);
  assert.ok(second.steps.every((s) => s.type !== 'thought'));
});

scenario('response format and labels are gone unless sent again', ['ST-4'], async () => {
  const first = await create({
    input: 'A name.', labels: { team: 'search' },
    response_format: { type: 'text', mime_type: 'application/json', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
  });
  JSON.parse(textOf(first));
  const second = await create({ input: 'echo: plain', previous_interaction_id: first.id });
  assert.equal(textOf(second), 'plain');
  assert.equal((await get(second.id)).labels, undefined);
});

scenario('a parent that still runs cannot be continued', ['ST-6'], async () => {
  const running = await create({ input: 'count to 1000 slowly, 100 ms', background: true });
  const answer = await tryCreate({ input: 'x', previous_interaction_id: running.id });
  await cancel(running.id);
  assert.equal(answer.status, 400);
  assert.equal(answer.json.error.code, 'failed_precondition');
  assert.match(answer.json.error.message, /in_progress|queued/);
});

scenario('a cancelled parent cannot be continued', ['ST-8'], async () => {
  const { id } = await create({ input: 'count to 1000 slowly, 100 ms', background: true });
  await cancel(id);
  assert.equal((await ended(id)).status, 'cancelled');
  const answer = await tryCreate({ input: 'x', previous_interaction_id: id });
  assert.equal(answer.status, 400);
  assert.equal(answer.json.error.code, 'failed_precondition');
});

scenario('an unknown or deleted parent is 404', ['ST-9'], async () => {
  const gone = await create({ input: 'echo: x' });
  await remove(gone.id);
  for (const id of ['nope', gone.id]) {
    for (const mode of [{}, { stream: true }, { background: true }]) {
      const answer = await tryCreate({ input: 'x', previous_interaction_id: id, ...mode });
      assert.equal(answer.status, 404, answer.text);
      assert.equal(answer.json.error.code, 'not_found');
    }
  }
});

scenario('branches of one parent do not see each other', ['ST-10'], async () => {
  const root = await create({ input: 'My name is Ada.' });
  const [red, blue] = await Promise.all(['red', 'blue'].map((colour) => create({ input: `My colour is ${colour}.`, previous_interaction_id: root.id })));
  for (const [branch, mine, other] of [[red, 'red', 'blue'], [blue, 'blue', 'red']]) {
    const text = textOf(await create({ input: 'What do you know?', previous_interaction_id: branch.id }));
    assert.ok(text.includes('Ada') && text.includes(mine) && !text.includes(other), text);
  }

  const third = await create({ input: 'What do you know?', previous_interaction_id: root.id });
  assert.doesNotMatch(textOf(third), /red|blue/);
});

scenario('a turn that is not stored may continue a stored one', ['ST-14'], async () => {
  const first = await create({ input: 'My name is Ada.' });
  const second = await create({ input: 'What is my name?', previous_interaction_id: first.id, store: false });
  assert.match(textOf(second), /Ada/);
  const third = await tryCreate({ input: 'x', previous_interaction_id: second.id });
  assert.equal(third.status, 404);
});

scenario('the client may keep the history itself', ['ST-15'], async () => {
  const say = (text) => ({ type: 'user_input', content: [{ type: 'text', text }] });
  let history = [say('My name is Ada.')];
  const thinking = { store: false, generation_config: { thinking_level: 'high', thinking_summaries: 'auto' } };
  for (const text of ['My colour is red.', 'What do you know?']) {
    const turn = await ask({ input: history, ...thinking });
    assert.equal(turn.steps[0].type, 'thought');
    history = [...history, ...turn.steps, say(text)];
  }

  const last = await ask({ input: history, ...thinking });
  assert.match(last.output_text, /Ada.*red/s);
  // The demo model tells whether its own signed thought came back whole.
  assert.match(last.steps[0].summary[0].text, /came back to me unchanged/);
});

scenario('a chain through a deleted ancestor is 404; descendants keep their own steps', ['ST-17'], async () => {
  const first = await create({ input: 'My name is Ada.' });
  const second = await create({ input: 'My colour is red.', previous_interaction_id: first.id });
  const third = await create({ input: 'echo: third', previous_interaction_id: second.id });
  await remove(first.id);
  assert.equal(textOf(await get(third.id)), 'third');
  assert.equal(textOf(await get(second.id)).includes('red'), true);
  for (const parent of [second.id, third.id]) {
    const answer = await tryCreate({ input: 'What is my name?', previous_interaction_id: parent });
    assert.equal(answer.status, 404, answer.text);
    assert.equal(answer.json.error.code, 'not_found');
  }
});

scenario('a long chain keeps its beginning', ['ST-2'], async () => {
  let last = await create({ input: 'My name is Ada.' });
  for (let turn = 0; turn < 40; turn++) {
    last = await create({ input: `echo: ${turn}`, previous_interaction_id: last.id });
  }

  assert.match(textOf(await create({ input: 'What is my name?', previous_interaction_id: last.id })), /Ada/);
  assert.match(textOf(await create({ input: 'How many turns?', previous_interaction_id: last.id })), /42/);
});
