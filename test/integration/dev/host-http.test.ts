import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { calls, runHost } from '../../support/host.ts';
import { until } from '../../support/until.ts';

describe('requests', () => {
  it('gives the app url, parameters, query, headers and body', async () => {
    const { url } = await runHost();
    const sent = `${url}/api/echo/r%C3%B8d%20gr%C3%B8t?a=1&a=2&b=`;
    const answer = await fetch(sent, { method: 'POST', headers: { 'x-test': 'yes' }, body: 'æøå' });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({
      method: 'POST',
      url: sent,
      params: { name: 'rød grøt' },
      query: { a: '1,2', b: '' },
      header: 'yes',
      body: 'æøå',
    });
  });

  it("continues the caller's trace, and begins one otherwise", async () => {
    const { url } = await runHost();
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
    const ask = async (headers: Record<string, string>) =>
      ((await (await fetch(`${url}/api/echo/x`, { headers })).json()) as { traceparent: string }).traceparent;
    expect(await ask({ traceparent })).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`));
    expect(await ask({ traceparent })).not.toContain('00f067aa0ba902b7');
    expect(await ask({})).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('leaves a chunked body empty', async () => {
    const { url } = await runHost();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('lost'));
        controller.close();
      },
    });
    const answer = await fetch(`${url}/api/echo/x`, { method: 'POST', body, duplex: 'half' });
    expect(await answer.json()).toMatchObject({ body: '' });
  });

  it('refuses more than 10 MB with 413 and goes on', async () => {
    const { url } = await runHost();
    const send = (bytes: number) =>
      fetch(`${url}/api/echo/x`, { method: 'POST', body: Buffer.alloc(bytes, 'a') });
    expect((await send(10 * 1024 * 1024 + 1)).status).toBe(413);
    expect((await send(10 * 1024 * 1024)).status).toBe(200);
  });

  it('outlives a client that goes away in the middle of its body', async () => {
    const { url, stop, logged } = await runHost();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /api/echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf');
    await delay(100);
    socket.destroy();
    await delay(100);
    expect((await fetch(`${url}/api/same`)).status).toBe(200);
    const began = Date.now();
    await stop();
    expect(Date.now() - began).toBeLessThan(2000);
    expect(logged).toEqual([]);
  });

  it.each([
    'GET /api/%zz%E0%A4%A HTTP/1.1\r\nHost: x',
    'GET http://[/ HTTP/1.1\r\nHost: x',
    'GET //same HTTP/1.1\r\nHost: a b',
  ])('answers a strange request line: %s', async (head) => {
    const { url } = await runHost();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`${head}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1.1 (404|400) /);
    expect((await fetch(`${url}/api/same`)).status).toBe(200);
  });
});

describe('routes', () => {
  it.each([
    ['/api/same', 200, 'a-first'],
    ['/API/Same/', 200, 'a-first'],
    ['/api/files', 200, '(none)'],
    ['/api/files/a/b%20c', 200, 'a/b c'],
    ['/same', 404, ''],
    ['/api', 404, ''],
    ['/', 404, ''],
    ['/api/echo', 404, ''],
    ['/api/echo/a/b/c', 404, ''],
    ['/api/files.', 404, ''],
  ])('%s is %i', async (path, status, body) => {
    const { url } = await runHost();
    const answer = await fetch(url + path);
    expect([answer.status, await answer.text()]).toEqual([status, body]);
  });

  it('reads an optional parameter', async () => {
    const { url } = await runHost();
    expect(await (await fetch(`${url}/api/echo/a/b`)).json()).toMatchObject({
      params: { name: 'a', extra: 'b' },
    });
  });

  it('is 404 with no body for a wrong method', async () => {
    const { url } = await runHost();
    const answer = await fetch(`${url}/api/same`, { method: 'POST', body: 'x' });
    expect([answer.status, await answer.text()]).toEqual([404, '']);
  });
});

describe('answers', () => {
  it('is 204 for no result, and 500 with no body for a thrown error that is logged once', async () => {
    const { url, logged } = await runHost();
    expect((await fetch(`${url}/api/nothing`)).status).toBe(204);
    const thrown = await fetch(`${url}/api/throws`);
    expect([thrown.status, await thrown.text()]).toEqual([500, '']);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/^error throws Error: on purpose\n\s+at .*index\.js/);
  });

  it('runs the hooks around each call', async () => {
    const { url } = await runHost();
    expect(calls()[0]).toEqual({ hook: 'appStart' });
    await fetch(`${url}/api/throws`);
    expect(calls('postInvocation')).toEqual([
      { hook: 'postInvocation', fn: 'throws', seen: true, failed: true },
    ]);
  });

  it('shows each line of a function to the log hooks, which may change it, and outlives one that throws', async () => {
    const { url, logged } = await runHost();
    await fetch(`${url}/api/logs`);
    expect(calls('log').map(({ fn, category, message }) => [fn, category, message])).toEqual([
      ['logs', 'user', 'a secret'],
      ['logs', 'user', 'unhookable'],
    ]);
    expect(logged).toEqual(['information logs masked', 'warning logs unhookable']);
  });

  it('keeps the connection, and names no product', async () => {
    const { url } = await runHost();
    const { headers } = await fetch(`${url}/api/same`);
    expect(headers.get('connection')).toBe('keep-alive');
    expect(headers.get('content-length')).toBe('7');
    expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null]);
    expect((await fetch(`${url}/api/unknown`)).headers.get('content-length')).toBe('0');
  });
});

describe('keys', () => {
  it.each([
    ['/api/by-name', {}, 401],
    ['/api/by-name?code=', {}, 401],
    ['/api/by-name?code=the%20ke', {}, 401],
    ['/api/by-name?code=the%20key', {}, 202],
    ['/api/by-name', { 'x-functions-key': 'the key' }, 202],
    ['/api/by-name?code=the%20key', { 'x-functions-key': 'wrong' }, 401],
    ['/api/admin-only', {}, 401],
    ['/api/admin-only?code=the%20key', {}, 200],
    ['/api/same', {}, 200],
    ['/api/unknown', {}, 404],
  ])('%s with %o is %i', async (path, headers, status) => {
    const { url } = await runHost();
    const answer = await fetch(url + path, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    if (status === 401) expect(await answer.text()).toBe('');
  });
});

describe('stopping', () => {
  it('answers what it has in hand, takes nothing new, runs appTerminate and can be called twice', async () => {
    const { url, stop } = await runHost();
    const slow = fetch(`${url}/api/slow?ms=400`);
    await until(() => calls('slow').length > 0);
    const stopped = Promise.all([stop(), stop()]);
    await expect(fetch(`${url}/api/same`)).rejects.toThrow();
    expect(calls('appTerminate')).toHaveLength(0);
    expect(await (await slow).text()).toBe('done');
    await stopped;
    expect(calls('appTerminate')).toHaveLength(1);
  });
});
