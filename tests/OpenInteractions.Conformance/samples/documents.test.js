import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../support/scenario.js';
import { baseUrl } from '../support/settings.js';
import { extractSamples } from './extract.js';
import { runSample } from './run.js';

const scenario = scenarios('samples');
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const readme = join(root, 'README.md');
const documents = [readme, ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => join(root, 'docs', name))].filter(existsSync);

for (const document of documents) {
  const file = relative(root, document);
  const samples = extractSamples(readFileSync(document, 'utf8'), file);
  if (document === readme) {
    scenario('every sample of README.md is run, or says why it is not', [], async () => {
      assert.deepEqual(samples.filter((s) => !s.mark).map((s) => s.where), []);
    });
  }

  for (const sample of samples.filter((s) => s.mark?.run)) {
    scenario(`${sample.where} (${sample.language})`, [], async () => {
      const printed = await runSample(sample, baseUrl);
      for (const text of sample.mark.prints) {
        assert.ok(printed.includes(text), `'${text}' is not in:\n${printed}`);
      }
    }, { seconds: 200 });
  }
}
