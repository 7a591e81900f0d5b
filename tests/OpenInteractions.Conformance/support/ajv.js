// Another validator's opinion: reads lines {"schema":…,"values":[…]} and answers each with a list of verdicts.
// Used by the engine's tests, which compare it with the server's own validator.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { default: Ajv } = createRequire(new URL('../clients/package.json', import.meta.url))('ajv/dist/2020.js');
const options = { strict: false, validateFormats: false, validateSchema: false, logger: false, unicodeRegExp: true };

for await (const line of createInterface({ input: process.stdin })) {
  const { schema, values } = JSON.parse(line);
  console.log(JSON.stringify(opinions(schema, values)));
}

/** Without an opinion, null, where ajv's own code breaks or runs out of stack. The test bounds how often that may be. */
function opinions(schema, values) {
  try {
    const validate = new Ajv(options).compile(schema);
    return values.map((value) => (isMisjudged(schema, value) ? null : validate(value)));
  } catch {
    return values.map(() => null);
  }
}

/** ajv 8.20 takes an empty array for one that has what `contains` asks for, where `prefixItems` stands beside it. */
function isMisjudged(schema, value) {
  return JSON.stringify(value).includes('[]') && hasBoth(schema);
}

function hasBoth(schema) {
  return schema !== null && typeof schema === 'object' && (('contains' in schema && 'prefixItems' in schema) || Object.values(schema).some(hasBoth));
}
