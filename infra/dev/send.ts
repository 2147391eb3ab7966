import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { catalogue, type EventName, lookUp, typePrefix } from '../../shared/events/catalogue.ts';
import { readGroup } from '../../shared/settings/reading.ts';
import { sampleEvent } from './sample-event.ts';

const usage = `Posts an event to the webhook exactly as Altinn does, and says what was answered.

  npm run send -- <event type | file.json> [--id <event id>] [--time <RFC 3339>] [--letter <id>]
  npm run send -- --all [--letter <id>]

  npm run send -- correspondencereceiverneverread
  npm run send -- correspondencereceiverread --letter da4ceacc-ad44-4e54-99b6-b58e3c13c785
  npm run send -- test/fixtures/seed-published-2026.json

  --all     one event of each known type, for one letter, and then its status
  --id      the event's id; the same again is a duplicate
  --letter  the resourceinstance: a letter's, an attachment's or a notification order's id
  --url     the webhook; http://localhost:<PORT, 7071>/api/events?code=<LOCAL_FUNCTION_KEY, local> by default
`;

const { values, positionals } = parse();
const webhook = values.url ?? localWebhook();

function localWebhook(): string {
  try {
    const { port, functionKey } = readGroup(process.env, 'local');
    return `http://localhost:${port}/api/events?code=${encodeURIComponent(functionKey)}`;
  } catch (error) {
    return fail((error as Error).message);
  }
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        all: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        id: { type: 'string' },
        letter: { type: 'string' },
        time: { type: 'string' },
        url: { type: 'string' },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`);
  }
}

async function main(): Promise<void> {
  const [what, ...rest] = positionals;
  if (values.help) return console.log(usage);
  if (!URL.canParse(webhook))
    fail(`--url is no address. Example: --url "http://localhost:7071/api/events?code=local"`);
  if (values.all && !what) return sendAll(values.letter ?? randomUUID());
  if (!what || rest.length > 0 || values.all) fail(`One event type or one file is wanted.\n\n${usage}`);

  const event = what.endsWith('.json') ? readEvent(what) : sampleEvent(what);
  if (!what.endsWith('.json') && !lookUp(String(event.type))) {
    console.log(
      `${event.type} is not a type we know: it is sent all the same. Known: ${Object.keys(catalogue).join(', ')}`,
    );
  }
  const { id, time, letter } = values;
  const sent = {
    ...event,
    ...(id && { id }),
    ...(time && { time }),
    ...(letter && { resourceinstance: letter }),
  };
  if ((await send(sent)) !== 200) process.exitCode = 1;
  else if (sent.resourceinstance) console.log(`See what became of it: curl "${statusUrl(sent)}"`);
}

/** Each known type once: those about letters for this letter, the others for an attachment and an order of their own. */
async function sendAll(letter: string): Promise<void> {
  const others = { attachment: randomUUID(), 'notification-order': randomUUID() };
  const events = (Object.keys(catalogue) as EventName[]).map((name) => {
    const about = lookUp(typePrefix + name)?.about ?? 'correspondence';
    return sampleEvent(name, { resourceinstance: about === 'correspondence' ? letter : others[about] });
  });
  for (const event of events)
    if ((await send(event)) !== 200) fail('Not every event was taken: see the answer above.');

  const ofLetter = events.filter(({ resourceinstance }) => resourceinstance === letter);
  console.log(`\n${events.length} events were taken. The status of letter ${letter}, once they are tracked:`);
  const url = statusUrl({ type: `${typePrefix}correspondencepublished`, resourceinstance: letter });
  for (let tries = 0; tries < 60; tries++) {
    const { status, body } = await call('GET', url);
    const tracked = status === 200 ? JSON.parse(body).timeline.length : 0;
    if (tracked >= ofLetter.length) return console.log(JSON.stringify(JSON.parse(body), null, 2));
    await delay(500);
  }
  fail(`They were not all tracked within 30 s. Look at the app's output, and at: curl "${url}"`);
}

async function send(event: object): Promise<number> {
  const content = JSON.stringify(event);
  const { status, body } = await call('POST', webhook, content);
  const { type, id } = event as Record<string, unknown>;
  console.log(`${status} ${type} id=${id}${body && `\n${body}`}`);
  return status;
}

/** What Altinn's .NET client sends and no more: `fetch` would add headers of its own. */
function call(method: string, url: string, content?: string): Promise<{ status: number; body: string }> {
  const headers =
    content === undefined
      ? {}
      : { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(content) };
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    request(url, { method, headers }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: await text(response) });
    })
      .on('error', ({ code, message }: NodeJS.ErrnoException) => {
        const { host } = new URL(url);
        fail(
          code === 'ECONNREFUSED'
            ? `Nothing answers at ${host}. Start it with: npm start`
            : `${host}: ${message}`,
        );
      })
      .end(content);
  });
}

function statusUrl({ type, resourceinstance }: Record<string, unknown>): string {
  const about = lookUp(String(type))?.about ?? 'correspondence';
  const url = new URL(webhook);
  url.pathname = url.pathname.replace(/events\/?$/, `${about}s/${resourceinstance}`);
  return url.href;
}

function readEvent(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`${path} could not be read as JSON: ${(error as Error).message}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

main().catch((error) => fail(error instanceof Error ? error.message : String(error)));
