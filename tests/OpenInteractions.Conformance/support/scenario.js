import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { resultsFolder } from './settings.js';
import { within } from './waiting.js';

/**
 * Makes the function that declares the tests of one topic. A test names the rules of the contract that it holds, and its outcome goes into
 * TOPIC.rules.jsonl, from which the conformance ledger reads it.
 *
 * `skip` is a reason, for tests that need more than a base URL: they hold nothing then, and say so.
 */
export function scenarios(topic) {
  return function scenario(name, rules, body, { skip = false, seconds = 60 } = {}) {
    const fullName = `conformance, ${topic}: ${name}`;
    if (skip) {
      record(topic, fullName, 'skipped', rules);
      test(fullName, { skip }, () => {});
      return;
    }

    test(fullName, async (context) => {
      let outcome = 'failed';
      try {
        await within(seconds, body(context), fullName);
        outcome = 'passed';
      } finally {
        record(topic, fullName, outcome, rules);
      }
    });
  };
}

function record(topic, name, outcome, rules) {
  if (resultsFolder && rules.length > 0) {
    appendFileSync(join(resultsFolder, `conformance-${topic.replaceAll(' ', '-')}.rules.jsonl`), `${JSON.stringify({ name, outcome, rules })}\n`);
  }
}
