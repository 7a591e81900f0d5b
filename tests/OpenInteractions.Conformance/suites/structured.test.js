import assert from 'node:assert/strict';
import { create, openCreate, textOf, tryCreate } from '../support/http.js';
import { Fold } from '../support/fold.js';
import { scenarios } from '../support/scenario.js';
import { ask } from '../support/sdk.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('structured output');
const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 1 }, colours: { type: 'array', items: { type: 'string', enum: ['red', 'green'] }, minItems: 2 } },
  required: ['name', 'age', 'colours'],
};
const format = { type: 'text', mime_type: 'application/json', schema };

function check(text) {
  const value = JSON.parse(text);
  assert.equal(typeof value.name, 'string');
  assert.ok(Number.isInteger(value.age) && value.age >= 1);
  assert.ok(value.colours.length >= 2 && value.colours.every((c) => ['red', 'green'].includes(c)));
}

for (const [form, response_format] of [['one entry', format], ['a list of one', [format]], ['a bare schema', schema]]) {
  scenario(`response_format as ${form}`, ['SO-1', 'SO-2'], async () => {
    check((await ask({ input: 'A person.', response_format })).output_text);
  });
}

scenario('streamed JSON is the same JSON', ['SO-2', 'SE-13'], async () => {
  const fold = Fold.of((await readAll(await openCreate({ input: 'A person.', response_format: format }))).events);
  check(fold.steps.at(-1).content[0].text);
});

scenario('plain text may be asked for as such', ['SO-1'], async () => {
  assert.equal(textOf(await create({ input: 'echo: plain', response_format: { type: 'text', mime_type: 'text/plain' } })), 'plain');
});

scenario('a modality that the model does not make is refused', ['SO-1', 'SO-3'], async () => {
  for (const response_format of [{ type: 'image' }, [{ type: 'text' }, { type: 'audio' }]]) {
    const answer = await tryCreate({ input: 'x', response_format });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.error.code, 'failed_precondition');
    assert.match(answer.json.error.message, /image|audio/);
  }
});

scenario('two entries of one modality are refused', ['SO-3'], async () => {
  assert.equal((await tryCreate({ input: 'x', response_format: [format, format] })).status, 400);
});
