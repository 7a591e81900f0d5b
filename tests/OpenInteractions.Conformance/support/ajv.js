// Another validator's opinion: reads lines {"schema":…,"values":[…]} and answers each with a list of verdicts.
// Used by the engine's tests, which compare it with the server's own validator.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { default: Ajv } = createRequire(new URL('../clients/package.json', import.meta.url))('ajv/dist/2020.js');
const options = { strict: false, validateFormats: false, logger: false, unicodeRegExp: true };

for await (const line of createInterface({ input: process.stdin })) {
  const { schema, values } = JSON.parse(line);
  const validate = new Ajv(options).compile(schema);
  console.log(JSON.stringify(values.map((value) => opinion(validate, value))));
}

/** null where ajv's own code breaks, as it does with some schemas that ask for unevaluated members. */
function opinion(validate, value) {
  try {
    return validate(value);
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error;
    }

    return null;
  }
}
