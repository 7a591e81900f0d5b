import { once } from 'node:events';
import http from 'node:http';
import { baseUrl } from './settings.js';

/** Passes requests on, unchanged, and keeps what was sent: to see what a client really does, and how often. */
export async function recordingProxy(target = baseUrl) {
  const requests = [];
  const server = http.createServer((request, response) => {
    const record = { method: request.method, url: request.url, headers: request.headers, body: '' };
    requests.push(record);
    const chunks = [];
    const upstream = http.request(new URL(request.url, target), { method: request.method, headers: { ...request.headers, host: new URL(target).host } }, (answer) => {
      record.status = answer.statusCode;
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => (record.body = Buffer.concat(chunks).toString('utf8')));
    request.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close: () => closeAll(server) };
}

async function closeAll(server) {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
