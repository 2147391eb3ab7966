import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { problem } from './problem.ts';

/** The most bytes of what a person asks for. */
const maxBytes = 8 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a small JSON body, or says why it is refused, as the webhook does. */
export async function readJson(
  request: HttpRequest,
): Promise<{ ok: true; value: unknown } | { ok: false; answer: HttpResponseInit }> {
  const { headers } = request;
  const mediaType = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    return refuse(415, 'Unsupported media type', 'Send Content-Type: application/json.');
  }
  const length = headers.get('content-length');
  if (length === null || headers.get('transfer-encoding') !== null) {
    return refuse(411, 'Length required', 'Send a Content-Length: a chunked body does not arrive.');
  }
  const body = Number(length) > maxBytes ? undefined : await request.arrayBuffer();
  if (!body || body.byteLength > maxBytes) {
    return refuse(413, 'Content too large', `At most ${maxBytes} bytes are taken.`);
  }
  try {
    return { ok: true, value: JSON.parse(utf8.decode(body)) };
  } catch (error) {
    const what = error instanceof SyntaxError ? 'JSON' : 'UTF-8';
    return refuse(400, 'Bad request', `The body is not ${what}.`);
  }
}

function refuse(status: number, title: string, detail: string): { ok: false; answer: HttpResponseInit } {
  return { ok: false, answer: problem({ status, title, detail }) };
}
