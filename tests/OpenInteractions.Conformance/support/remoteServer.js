import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './waiting.js';

const ready = 'listening on ';

/** Starts the MCP project's reference server on loopback, and waits until it listens. */
export async function startRemoteServer() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('everything.js', import.meta.url))], { stdio: ['ignore', 'pipe', 'ignore'] });
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  };
  try {
    return { url: `http://127.0.0.1:${await within(30, portOf(child), 'the port of the MCP server')}/mcp`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function portOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith(ready)) {
      child.stdout.resume(); // what it says besides is not read, and must not fill the pipe
      return line.slice(ready.length);
    }
  }

  throw new Error('The MCP server ended before it listened.');
}
