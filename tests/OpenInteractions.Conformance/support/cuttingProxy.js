import { once } from 'node:events';
import net from 'node:net';
import { baseUrl } from './settings.js';

/**
 * A TCP proxy that breaks connections: each connection passes so many bytes of the answer's body, then both ends are reset.
 * `budget()` is asked once for each connection; `Infinity` lets it live.
 */
export async function cuttingProxy(budget, target = new URL(baseUrl)) {
  const sockets = new Set();
  let cuts = 0;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    upstream.setNoDelay(true);
    client.setNoDelay(true);
    const head = new HeadEnd();
    let left = budget();
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }

    client.on('data', (chunk) => upstream.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
    upstream.on('data', (chunk) => {
      const bodyBytes = head.bodyBytesIn(chunk);
      if (bodyBytes <= left) {
        left -= bodyBytes;
        client.write(chunk);
        return;
      }

      cuts++;
      // Flushed first and then closed, so that exactly so many bytes arrive and not fewer.
      client.end(chunk.subarray(0, chunk.length - bodyBytes + left));
      upstream.destroy();
      left = 0;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    get cuts() { return cuts; },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

/** Finds where the head of the (one) answer ends. */
class HeadEnd {
  #seen = '';
  #done = false;

  bodyBytesIn(chunk) {
    if (this.#done) {
      return chunk.length;
    }

    const before = this.#seen.length;
    this.#seen += chunk.toString('latin1');
    const end = this.#seen.indexOf('\r\n\r\n');
    this.#done = end >= 0;
    return this.#done ? before + chunk.length - (end + 4) : 0;
  }
}
