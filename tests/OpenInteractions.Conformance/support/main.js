// Starts the server when there is none, runs the suites on node's own test runner, and stops what it started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const only = process.env.OI_ONLY ?? '';
const files = ['suites', 'samples']
  .flatMap((folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.js')).map((name) => join(root, folder, name)))
  .filter((file) => file.includes(only))
  .sort();
if (files.length === 0) {
  console.error(`No suite's file name holds '${only}'.`);
  process.exit(2);
}

let server;
let tests;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => tests?.kill(signal));
}

if (!process.env.OI_BASE_URL) {
  server = await startServer();
  process.env.OI_BASE_URL = server.url;
}

try {
  console.log(`Conformance tests against ${process.env.OI_BASE_URL}, with node ${process.version}`);
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  if (process.env.OI_RESULTS) {
    reporters.push('--test-reporter=junit', `--test-reporter-destination=${join(process.env.OI_RESULTS, 'conformance.junit.xml')}`);
  }

  tests = spawn(process.execPath, ['--test', '--test-concurrency=2', ...reporters, ...files], { stdio: 'inherit' });
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
  if (process.exitCode !== 0 && server) {
    console.log(`The end of the server's output:\n${server.output().slice(-4000)}`);
  }
} finally {
  await server?.stop();
}
