import assert from 'node:assert/strict';
import { scenarios } from '../support/scenario.js';
import { extractSamples } from './extract.js';

const scenario = scenarios('sample extractor');
const fence = (language, code) => `\`\`\`${language}\n${code}\n\`\`\``;

scenario('samples come with their place, language and mark', [], async () => {
  const samples = extractSamples(`# Title\n\n<!-- run -->\n${fence('bash', 'echo 1')}\n\n${fence('js', 'x')}\n<!-- not run: needs a key -->\n\n${fence('csharp', 'y')}\n${fence('json', '{}')}`, 'README.md');
  assert.deepEqual(samples.map(({ where, language, code }) => [where, language, code]), [['README.md:4', 'bash', 'echo 1'], ['README.md:8', 'js', 'x'], ['README.md:13', 'csharp', 'y']]);
  assert.deepEqual(samples.map((s) => s.mark?.run), [true, undefined, false]);
});

scenario('a mark may ask for output and go on from the sample before', [], async () => {
  const [, second] = extractSamples(`<!-- run -->\n${fence('bash', 'A=1')}\ntext\n<!-- run; after previous; prints: one; prints: two -->\n${fence('bash', 'echo $A')}`, 'x.md');
  assert.equal(second.code, 'A=1\necho $A');
  assert.deepEqual(second.mark.prints, ['one', 'two']);
});

scenario('indented fences lose their indent, longer fences hold shorter ones', [], async () => {
  const [indented] = extractSamples('- item\n\n  <!-- run -->\n  ```bash\n  echo 1\n    echo 2\n  ```', 'x.md');
  assert.equal(indented.code, 'echo 1\n  echo 2');
  const [outer] = extractSamples('````bash\n```\n````', 'x.md');
  assert.equal(outer.code, '```');
});

for (const [fault, text, message] of [
  ['a mark before text', '<!-- run -->\ntext', /x\.md:1.*no sample/],
  ['a mark at the end', '<!-- run -->\n', /no sample/],
  ['two marks', `<!-- run -->\n<!-- run -->\n${fence('bash', 'x')}`, /no sample/],
  ['a mark before another language', `<!-- run -->\n${fence('ruby', 'x')}`, /only bash, js, csharp and python/],
  ['a word that no mark knows', `<!-- run; expects: x -->\n${fence('bash', 'x')}`, /'expects: x'/],
  ['a misspelt mark', `<!-- run it -->\n${fence('bash', 'x')}`, /a mark is/],
  ['no reason', `<!-- not run -->\n${fence('bash', 'x')}`, /say why/],
  ['nothing to go on from', `<!-- run; after previous -->\n${fence('bash', 'x')}`, /no sample before/],
  ['a fence without end', '<!-- run -->\n```bash\nx', /no end/],
]) {
  scenario(`${fault} is an error`, [], async () => {
    assert.throws(() => extractSamples(text, 'x.md'), message);
  });
}
