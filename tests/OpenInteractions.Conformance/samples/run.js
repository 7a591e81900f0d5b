import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { followPython } from './python.js';

const clientModules = join(dirname(fileURLToPath(import.meta.url)), '..', 'clients', 'node_modules');
const seconds = 180;

/** Where samples say that the server is. */
export const documentedAddress = /http:\/\/(?:127\.0\.0\.1|localhost):8080/g;

/** Runs a sample in an empty folder, with the documented address replaced, and returns what it printed. It must end with code 0. */
export async function runSample({ where, language, code }, baseUrl) {
  if (language === 'python') {
    return followPython(code.replaceAll(documentedAddress, baseUrl), sendAsPython);
  }

  const folder = await mkdtemp(join(tmpdir(), 'openinteractions-sample-'));
  try {
    const text = code.replaceAll(documentedAddress, baseUrl);
    const [command, file] = { bash: [['bash', '-euo', 'pipefail'], 'sample.sh'], js: [[process.execPath], 'sample.mjs'], csharp: [['dotnet', 'run'], 'sample.cs'] }[language];
    await writeFile(join(folder, file), text);
    // An HTTP error makes curl, and so the sample, fail; without this it would print the error and be content.
    await writeFile(join(folder, '.curlrc'), 'fail-with-body\n');
    await symlink(clientModules, join(folder, 'node_modules'));
    return await execute([...command, file], folder, where);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendAsPython(method, url, body, apiKey) {
  const response = await fetch(url, { method, headers: { 'content-type': 'application/json', 'x-goog-api-key': apiKey }, body: body && JSON.stringify(body) });
  if (response.status !== 200) {
    throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  }

  return response.json();
}

async function execute([command, ...args], cwd, where) {
  const child = spawn(command, args, {
    cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    env: { ...process.env, CURL_HOME: cwd, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1', MSBUILDDISABLENODEREUSE: '1', NODE_OPTIONS: '' },
  });
  const [out, err] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    process.kill(-child.pid, 'SIGKILL'); // the sample and what it started
  }, seconds * 1000);
  const [code] = await once(child, 'close');
  clearTimeout(late);
  const printed = Buffer.concat(out).toString();
  if (code !== 0) {
    throw new Error(`${where}: the sample ${isLate ? `did not end within ${seconds} s` : `ended with code ${code}`}.\n${printed}${Buffer.concat(err)}`);
  }

  return printed;
}
