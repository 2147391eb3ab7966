import type { Evidence } from '../../../infra/scenario/play.ts';
import { chat, print } from '../../../infra/scenario/policies.ts';
import { readPost } from '../../../infra/scenario/read-post.ts';

const hourMs = 3600_000;

/** What would be wrong by the policy, each with the change of the evidence that makes it so, and what the judge then says. */
export const againstPolicy = (
  evidence: () => Evidence,
): [what: string, change: () => Partial<Evidence>, broken: RegExp][] => [
  [
    'a step that was taken before its time',
    () => ({ printed: evidence().printed.map((each) => ({ ...each, at: each.at - 48 * hourMs })) }),
    /steps were taken before their time/,
  ],
  [
    'steps that were taken in another order',
    () => ({
      shipments: evidence().shipments.map((each) => ({
        ...each,
        requestedAt: each.requestedAt + 60 * hourMs,
      })),
    }),
    /after another that comes later/,
  ],
  ['a step that was never taken', () => ({ printed: [] }), /steps were never taken, or too late/],
  [
    'a step that was taken too late',
    () => ({ printed: evidence().printed.map((each) => ({ ...each, at: each.at + 72 * hourMs })) }),
    /steps were never taken, or too late/,
  ],
  [
    'a step that was taken after it was settled',
    () => {
      const closed = new Map(
        evidence()
          .calls.filter(({ type }) => type === 'follow-up.closed')
          .map(({ kind, correspondenceId, at }) => [kind + correspondenceId, at]),
      );
      const calls = evidence().calls.map((call) => ({
        ...call,
        at: (call.type === 'follow-up.opened' && closed.get(call.kind + call.correspondenceId)) || call.at,
      }));
      return { calls, truth: settledEarly(evidence()) };
    },
    /steps were taken after it was settled/,
  ],
  [
    'a step that is in no policy',
    () => ({ policies: evidence().policies.map((each) => ({ ...each, kinds: withoutPrint(each.kinds) })) }),
    /steps are in no policy/,
  ],
  [
    'a step without a question to Altinn',
    () => ({ questions: [], lists: [] }),
    /without a question right before/,
  ],
  [
    'a closing that was not told',
    () => ({ calls: evidence().calls.filter(({ type }) => type !== 'follow-up.closed') }),
    /channels were not told that it is settled/,
  ],
  [
    'a closing that was told twice',
    () => {
      const closed = evidence().calls.filter(({ type }) => type === 'follow-up.closed');
      return { calls: [...evidence().calls, ...closed], kills: [] };
    },
    /channels were told twice that it is settled/,
  ],
  [
    'a digest that names a letter twice',
    () => ({ posts: evidence().posts.map((each) => ({ ...each, body: doubled(each.body) })) }),
    /digests name a follow-up twice/,
  ],
  [
    'a digest that was sent twice',
    () => {
      const [digest] = evidence().posts.filter(({ body }) => readPost(body).isOfDigest);
      return { posts: [...evidence().posts, ...(digest ? [digest] : [])], kills: [] };
    },
    /in two messages of the chat that say the same/,
  ],
  [
    'an hour with too many messages in the chat',
    () => ({
      kills: [],
      policies: evidence().policies.map((each) => ({
        ...each,
        channels: { ...each.channels, [chat]: { type: 'teams', perHour: 1 } },
      })),
    }),
    /hours had more messages in the chat/,
  ],
  [
    'a reminder of what was read',
    () => ({ truth: settledEarly(evidence()) }),
    /recipients were reminded of what they had read/,
  ],
  [
    'a reminder that was stopped for nothing',
    () => ({
      shipments: evidence().shipments.map((each) => ({
        ...each,
        status: 'Order_SendConditionNotMet' as const,
        sentAt: undefined,
      })),
    }),
    /recipients were not reminded though they had not read/,
  ],
  [
    'a reminder to somebody else',
    () => ({ shipments: evidence().shipments.map((each) => ({ ...each, to: '310000000' })) }),
    /reminders went to somebody else/,
  ],
  [
    'a reminder about which nobody was asked',
    () => ({
      shipments: evidence().shipments.map((each) => ({
        ...each,
        conditionCalls: [{ at: 0, status: 503, sendNotification: undefined }],
      })),
    }),
    /reminders were sent without an answer/,
  ],
  ['a follow-up that is not told of', () => ({ told: [] }), /follow-ups are not told of/],
  [
    'a history without its beginning',
    () => ({ told: evidence().told.map((each) => ({ ...each, history: each.history.slice(1) })) }),
    /histories do not begin/,
  ],
  [
    'a history without a step',
    () => ({
      told: evidence().told.map((each) => ({
        ...each,
        history: each.history.filter(({ what }) => what !== 'step'),
      })),
    }),
    /histories differ from what was heard/,
  ],
  [
    'a history with a step that nobody heard of',
    () => ({ printed: [] }),
    /histories differ from what was heard, .*print, which nobody heard/,
  ],
];

/** As if every letter had been purged as it was made. */
function settledEarly({ truth }: Evidence): Evidence['truth'] {
  return truth.map((letter) => ({
    ...letter,
    facts: { ...letter.facts, purged: letter.facts.initialized as string },
  }));
}

function withoutPrint(kinds: Evidence['policies'][number]['kinds']): typeof kinds {
  const entries = Object.entries(kinds).map(([kind, rule]) => {
    return [kind, { ...rule, steps: rule.steps.filter(({ channel }) => channel !== print) }];
  });
  return Object.fromEntries(entries);
}

/** A card with everything in it twice. */
function doubled(body: string): string {
  const card = JSON.parse(body);
  const { content } = card.attachments[0];
  content.body = [...content.body, ...content.body];
  return JSON.stringify(card);
}
