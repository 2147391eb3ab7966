import * as z from 'zod';
import { letterSchema } from './correspondence/letter.ts';
import { type Answer, type Call, empty, json, type Route } from './http/answer.ts';
import { apiNames, knobChanges, someOfApi } from './knobs.ts';
import { clientSchema } from './maskinporten/clients.ts';
import { outages, type Simulator } from './simulator.ts';
import type { Play } from './story/play.ts';
import { storySchema } from './story/story.ts';

const lettersSchema = z.strictObject({
  count: z.int().min(1).max(100_000).default(1),
  ...letterSchema.shape,
});
const spanSchema = z
  .strictObject({ days: z.number(), hours: z.number(), minutes: z.number(), seconds: z.number() })
  .partial();

const apisSchema = z.array(z.enum(apiNames)).min(1).optional();
const outageSchema = z.strictObject({
  apis: apisSchema,
  how: z.enum(Object.keys(outages) as (keyof typeof outages)[]).optional(),
  ...spanSchema.shape,
});
const numberSchema = z.string().regex(/^(\d{9}|\d{11})$/, 'must be nine or eleven digits');
const contactsSchema = z.strictObject({
  unreachable: z.array(numberSchema).default([]),
  reserved: z.array(numberSchema).default([]),
});
const hideSchema = z.strictObject({ ids: z.array(z.guid()) });
const troubleSchema = z.strictObject({ apis: apisSchema, ...someOfApi.shape, ...spanSchema.shape });

/** The simulator's own API, under `/simulator`: plain JSON, no token. */
export function simulatorRoutes(
  simulator: Simulator,
  url: string,
  rotateIssuerKey: () => Promise<void>,
): Route[] {
  const plays: Play[] = [];
  const describe = () => {
    const { clock, quiet, resources, clients, counters, calls } = simulator;
    return {
      url,
      now: new Date(clock.now()).toISOString(),
      timeScale: clock.scale,
      quiet,
      resources: Object.fromEntries(resources),
      clients: clients.ids(),
      counters,
      calls,
    };
  };
  const route = (method: string, path: string, handle: (call: Call) => Answer | Promise<Answer>): Route => ({
    api: 'simulator',
    method,
    path: `/simulator${path}`,
    handle: (call) => explained(() => handle(call)),
  });
  const play = (call: Call, answer: (play: Play) => Answer | Promise<Answer>) => {
    const found = plays[Number(call.params.id) - 1];
    return found ? answer(found) : empty(404);
  };

  return [
    route('GET', '', () => json(200, describe())),
    route('POST', '/clients', (call) => {
      simulator.clients.register(read(call, clientSchema));
      return empty(204);
    }),
    route('GET', '/knobs', () => json(200, simulator.knobs)),
    route('PATCH', '/knobs', (call) => {
      simulator.turn(read(call, knobChanges));
      return json(200, simulator.knobs);
    }),
    route('POST', '/outage', (call) => {
      const { apis, how, ...span } = read(call, outageSchema);
      simulator.outage(span, apis, how);
      return empty(204);
    }),
    route('POST', '/trouble', (call) => {
      const { apis, days, hours, minutes, seconds, ...knobs } = read(call, troubleSchema);
      simulator.trouble(knobs, { days, hours, minutes, seconds }, apis);
      return empty(204);
    }),
    route('DELETE', '/trouble', () => {
      simulator.troubles.end();
      return empty(204);
    }),
    route('GET', '/counters', () => json(200, simulator.counters)),
    route('GET', '/events', () => json(200, simulator.log.all())),
    route('POST', '/hide', (call) => {
      simulator.hide(read(call, hideSchema).ids);
      return empty(204);
    }),
    route('GET', '/notifications', () => json(200, simulator.notifications.shipments)),
    route('POST', '/contacts', (call) => {
      const { unreachable, reserved } = read(call, contactsSchema);
      for (const number of unreachable) simulator.notifications.unreachable.add(number);
      for (const number of reserved) simulator.notifications.reserved.add(number);
      return empty(204);
    }),
    route('POST', '/rotate-issuer-key', async () => {
      await rotateIssuerKey();
      return empty(204);
    }),
    route('GET', '/dead-letters', () => json(200, simulator.log.deadLetters)),
    route('GET', '/subscriptions', () => json(200, simulator.subscriptions.list())),
    route('POST', '/letters', (call) => {
      const { count, ...spec } = read(call, lettersSchema);
      return json(201, { ids: simulator.createLetters(spec, count) });
    }),
    route('GET', '/letters', () => json(200, simulator.truth())),
    route('GET', '/letters/:id', ({ params }) => {
      const [truth] = simulator.truth(params.id);
      return truth ? json(200, truth) : empty(404);
    }),
    ...(['read', 'confirm', 'purge', 'download', 'forward'] as const).map((act) =>
      route('POST', `/letters/:id/${act}`, ({ params }) =>
        simulator[act](params.id as string)
          ? empty(204)
          : json(409, { error: `The recipient cannot ${act} this letter` }),
      ),
    ),
    route('POST', '/advance', async (call) => {
      await simulator.advance(read(call, spanSchema));
      return json(200, describe());
    }),
    route('POST', '/stories', (call) => {
      const id = plays.push(simulator.play(read(call, storySchema)));
      return json(202, { id, ...(plays[id - 1] as Play).progress() });
    }),
    route('GET', '/stories/:id', (call) => play(call, ({ progress }) => json(200, progress()))),
    route('GET', '/stories/:id/done', (call) =>
      play(call, async ({ done, progress }) => {
        await done;
        return json(200, progress());
      }),
    ),
  ];
}

/** Throws an error whose message says what is wrong with the body. JSON is asked for by name: no web page sends that. */
function read<T extends z.ZodType>({ headers, body }: Call, schema: T): z.output<T> {
  if (!headers['content-type']?.includes('application/json')) throw new Error('Send application/json');
  const result = schema.safeParse(JSON.parse(body));
  if (!result.success) throw new Error(z.prettifyError(result.error));
  return result.data;
}

async function explained(handle: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await handle();
  } catch (error) {
    return json(400, { error: (error as Error).message });
  }
}
