import { AltinnError } from '../shared/altinn/api/altinn-error.ts';
import { makeCorrespondence } from '../shared/altinn/api/correspondence.ts';
import { heard } from '../shared/altinn/api/heard.ts';
import { makePlatform } from '../shared/altinn/api/platform.ts';
import { serviceOwnerScope } from '../shared/altinn/auth/scopes.ts';
import { makeTokens } from '../shared/altinn/auth/tokens.ts';
import { Pace } from '../shared/altinn/pace.ts';
import { requestsPerLetter, roleOf, scopeFor, whyNotAsked } from '../shared/altinn/role.ts';
import { whoseEvents } from '../shared/altinn/whose.ts';
import { makeAskAltinn } from '../shared/follow-ups/question.ts';
import { makeAskByList } from '../shared/follow-ups/question-by-list.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import type { Table } from '../shared/storage/table.ts';

/** The way to Altinn; `undefined` without credentials. */
export function connectAltinn({ altinn, asking, resources }: Configuration, shared: Table) {
  if (!altinn) return undefined;
  const { environment, scopes } = altinn;
  const [tokens, isServiceOwner] = [makeTokens(altinn), scopes.includes(serviceOwnerScope)];
  const platform = makePlatform({ environment, tokens, maxRate: asking.maxPace });
  const correspondence = makeCorrespondence(platform, isServiceOwner);
  // A way of its own, that waits for nobody: Altinn itself asks for these, as many at a time as it likes.
  const ahead = makeCorrespondence(makePlatform({ environment, tokens, maxRate: 100 }), isServiceOwner);
  const [role, whose] = [roleOf(altinn), whoseEvents(altinn)];
  const requests = requestsPerLetter(altinn);
  const pace = new Pace(shared, { rate: asking.pace / requests, maxRate: asking.maxPace / requests });
  const { list, details } = correspondence;
  const listenedTo = { list: heard(list, pace), details: heard(details, pace) };
  const first = {
    turn: () => pace.ahead(),
    answered: pace.answered.bind(pace),
    silent: pace.silent.bind(pace),
  };
  const look = heard(ahead.letter, first);
  const whyNot = whyNotAsked({ ...altinn, resources });
  const question = () =>
    role === 'Sender' ? makeAskAltinn(correspondence, pace) : makeAskByList({ list, whose, pace });
  return {
    platform,
    pace,
    role,
    whose,
    whyNot,
    askAltinn: whyNot ? undefined : question(),
    /** Ahead of all others. A recipient's lists take too long for that. */
    askFirst: whyNot || role === 'Recipient' ? undefined : makeAskAltinn(ahead, first),
    /** A letter, asked for ahead of all others. */
    async letterFirst(id: string, signal: AbortSignal) {
      const isLeftAlone = (await pace.ahead()) === 'closed';
      if (isLeftAlone) throw new AltinnError('Altinn does not answer, and is left alone for a while', {});
      return look(id, signal);
    },
    auditing: scopes.includes(scopeFor(role)) ? { role, correspondence: listenedTo } : undefined,
  };
}
