/**
 * Follows the few forms that a minimal Python sample is made of, because the Python SDK cannot be installed everywhere: makes the requests that the
 * SDK would make (wire, section 28) and returns what the sample would print. Anything else in a sample is an error: keep it that simple.
 */
export async function followPython(code, send) {
  const names = new Map();
  const printed = [];
  let client;
  for (const line of logicalLines(code)) {
    let match;
    if (/^(from google import genai|import os)$/.test(line)) {
      continue;
    }

    if ((match = /^client = genai\.Client\((.*)\)$/.exec(line))) {
      client = readArguments(match[1], names);
      check(client.api_key, 'a client needs an api_key: without one the SDK does not start');
      check(client.http_options?.base_url && !/\/v1\w*\/?$/.test(client.http_options.base_url), 'http_options needs a base_url without a version');
    } else if ((match = /^(\w+) = client\.interactions\.(create|get)\((.*)\)$/.exec(line))) {
      check(client, 'there is no client yet');
      names.set(match[1], await call(match[2], readArguments(match[3], names), client, send));
    } else if ((match = /^print\((\w+)\.output_text\)$/.exec(line))) {
      printed.push(outputText(names.get(match[1])));
    } else {
      throw new Error(`The sample says '${line}', which this check cannot follow: keep Python samples minimal.`);
    }
  }

  return printed.join('\n');
}

/** Python 2.x speaks v1beta. */
function call(verb, { id, ...body }, client, send) {
  check(!body.stream, 'streams cannot be followed here');
  const base = client.http_options.base_url.replace(/\/$/, '');
  return verb === 'create'
    ? send('POST', `${base}/v1beta/interactions`, body, client.api_key)
    : send('GET', `${base}/v1beta/interactions/${id}`, undefined, client.api_key);
}

/** `a="x", b=other.id, c=True, d={"k": "v"}` as an object. */
function readArguments(text, names) {
  const json = text
    .replace(/(^|,\s*)(\w+)=/g, '$1"$2":')
    .replace(/\bTrue\b/g, 'true').replace(/\bFalse\b/g, 'false')
    .replace(/:\s*(\w+)\.id\b/g, (_, name) => `:${JSON.stringify(names.get(name)?.id ?? missing(name))}`)
    .replace(/,\s*$/, '')
    .replace(/,(\s*[}\]])/g, '$1');
  try {
    return JSON.parse(`{${json}}`);
  } catch {
    throw new Error(`The arguments '${text}' cannot be followed: use names with plain values.`);
  }
}

/** Statements that go over several lines become one; comments and blank lines go. */
function logicalLines(code) {
  const lines = [];
  let open = 0;
  for (const raw of code.split('\n')) {
    const line = raw.replace(/^\s*#.*$/, '').replace(/\s\s#.*$/, '').trim();
    if (!line) {
      continue;
    }

    open > 0 ? (lines[lines.length - 1] += line.startsWith(')') ? line : ` ${line}`) : lines.push(line);
    open += count(line, /[([{]/g) - count(line, /[)\]}]/g);
  }

  return lines.map((line) => line.replace(/\(\s+/g, '(').replace(/,?\s*\)$/, ')'));
}

const count = (text, pattern) => text.match(pattern)?.length ?? 0;
const outputText = (interaction) => interaction.steps.flatMap((s) => s.content ?? []).map((block) => block.text ?? '').join('');

function missing(name) {
  throw new Error(`'${name}' has no id.`);
}

function check(condition, message) {
  if (!condition) {
    throw new Error(`Python sample: ${message}.`);
  }
}
