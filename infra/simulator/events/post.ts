import { Agent, type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';

/** As many as .NET's HttpClient follows. */
const maxRedirects = 50;

export interface Post {
  readonly endpoint: string;
  readonly body: string;
  /** Real milliseconds for the whole, redirects included. */
  readonly timeout: number;
}

export class Poster {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #secureAgent = new SecureAgent({ keepAlive: true });
  readonly #open = new Set<ClientRequest>();

  /**
   * Posts an event as Altinn does and resolves to the status that ends it; rejects when there is none in time.
   * Redirects are followed as .NET does: 307 and 308 keep the body, the others become a GET.
   *
   * Source: Altinn/altinn-events, `WebhookService`.
   */
  async post({ endpoint, body, timeout }: Post): Promise<number> {
    const until = AbortSignal.timeout(timeout);
    let url = new URL(endpoint);
    let sent: string | undefined = body;
    for (let redirects = 0; ; redirects += 1) {
      const { status, location } = await this.#send(url, sent, until);
      const next = location && status >= 300 && status < 400 && new URL(location, url);
      if (!next || redirects === maxRedirects) return status;
      if (url.protocol === 'https:' && next.protocol === 'http:') return status;
      if (status !== 307 && status !== 308) sent = undefined;
      url = next;
    }
  }

  stop(): void {
    for (const request of this.#open) request.destroy();
    this.#agent.destroy();
    this.#secureAgent.destroy();
  }

  #send(
    url: URL,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<{ status: number; location?: string | undefined }> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const request = (secure ? requestHttps : requestHttp)(url, {
        agent: secure ? this.#secureAgent : this.#agent,
        method: body === undefined ? 'GET' : 'POST',
        headers:
          body === undefined
            ? {}
            : {
                'Content-Type': 'application/json; charset=utf-8',
                'Content-Length': Buffer.byteLength(body),
              },
        signal,
      });
      this.#open.add(request);
      request
        .once('close', () => this.#open.delete(request))
        .once('error', (error: NodeJS.ErrnoException) => {
          // The endpoint closed the kept connection as we began to use it: .NET takes another one, and so do we.
          const isStale = request.reusedSocket && error.code === 'ECONNRESET';
          if (isStale) this.#send(url, body, signal).then(resolve, reject);
          else reject(error);
        })
        .once('response', (response) => {
          response.resume();
          response.once('error', reject).once('end', () =>
            resolve({
              status: response.statusCode as number,
              location: response.headers.location,
            }),
          );
        })
        .end(body);
    });
  }
}
