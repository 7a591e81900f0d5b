import assert from 'node:assert/strict';
import { create, get, textOf, tryCreate } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { ask } from '../support/sdk.js';

const scenario = scenarios('thinking');

for (const level of ['minimal', 'low', 'medium', 'high']) {
  scenario(`level ${level} with summaries`, ['TH-1', 'TH-2'], async () => {
    const answer = await ask({ input: 'count to 3', generation_config: { thinking_level: level, thinking_summaries: 'auto' } });
    const [thought, output] = answer.steps;
    assert.equal(thought.type, 'thought');
    assert.ok(thought.summary[0].text.length > 0);
    assert.match(thought.signature, /^[A-Za-z0-9+/]+=*$/);
    assert.equal(output.type, 'model_output');
    assert.equal(answer.output_text, '1 2 3');
  });
}

scenario('without summaries the thought is there with its signature alone', ['TH-2'], async () => {
  for (const thinking_summaries of ['none', undefined]) {
    const answer = await create({ input: 'count to 3', generation_config: { thinking_level: 'high', thinking_summaries } });
    assert.deepEqual({ ...answer.steps[0], signature: 'x' }, { type: 'thought', signature: 'x' });
    assert.ok(answer.steps[0].signature);
  }
});

scenario('an unknown level is an error', ['TH-1', 'ER-6'], async () => {
  assert.equal((await tryCreate({ input: 'x', generation_config: { thinking_level: 'xhigh' } })).status, 400);
});

scenario('thought tokens are counted apart, and against the limit', ['TH-3'], async () => {
  const free = await create({ input: 'count to 30', generation_config: { thinking_level: 'low' } });
  assert.ok(free.usage.total_thought_tokens > 0);
  assert.equal(free.usage.total_output_tokens, 30);
  const limited = await create({ input: 'count to 30', generation_config: { thinking_level: 'low', max_output_tokens: free.usage.total_thought_tokens + 4 } });
  assert.equal(limited.status, 'incomplete');
  assert.equal(textOf(limited), '1 2 3 4');
});

scenario('the server keeps signatures in a chain', ['TH-4'], async () => {
  const generation_config = { thinking_level: 'high', thinking_summaries: 'auto' };
  const first = await create({ input: 'My name is Ada.', generation_config });
  assert.match(first.steps[0].summary[0].text, /no earlier thought of mine/);
  const second = await create({ input: 'What is my name?', previous_interaction_id: first.id, generation_config });
  assert.match(second.steps[0].summary[0].text, /came back to me unchanged/);
});

scenario('a signature that somebody else made, or changed, is no signature of ours', ['TH-4'], async () => {
  const generation_config = { thinking_level: 'high', thinking_summaries: 'auto' };
  const user = (text) => ({ type: 'user_input', content: [{ type: 'text', text }] });
  const first = await create({ input: [user('My name is Ada.')], store: false, generation_config });
  const { signature } = first.steps[0];
  const at = Math.floor(signature.length / 2);
  for (const other of ['c29tZWJvZHkgZWxzZSdz', signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1)]) {
    const steps = [{ ...first.steps[0], signature: other }, ...first.steps.slice(1)];
    const second = await create({ input: [user('My name is Ada.'), ...steps, user('What is my name?')], store: false, generation_config });
    assert.match(second.steps[0].summary[0].text, /no earlier thought of mine/);
    assert.match(textOf(second), /Ada/);
  }
});

scenario('what get shows of a thought is what was answered', ['TH-2', 'BG-9'], async () => {
  const made = await create({ input: 'count to 3', generation_config: { thinking_level: 'medium', thinking_summaries: 'auto' } });
  assert.deepEqual((await get(made.id)).steps.slice(1), made.steps);
});

scenario('sampling parameters are accepted', ['TH-5'], async () => {
  assert.equal((await create({ input: 'echo: x', generation_config: { temperature: 0.4, top_p: 0.9, seed: 7, stop_sequences: ['never'] } })).status, 'completed');
});
