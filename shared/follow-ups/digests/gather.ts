import type { Table } from '../../storage/table.ts';
import type { Channels } from '../deliver.ts';
import type { Gatherer } from '../gatherer.ts';
import type { Policy } from '../policy/policy.ts';
import { makeIsFull } from './ceiling.ts';
import { Digests } from './digests.ts';
import { Waiting } from './waiting.ts';

interface Deps {
  /** The table `digests`. */
  readonly table: Table;
  readonly policy: Pick<Policy, 'channels'>;
  readonly channels: Channels;
}

/** Makes what gathers the messages of channels that a policy gives a ceiling. */
export function makeGatherer({ table, policy, channels }: Deps): Gatherer {
  const waiting = new Waiting(table);
  const digests = new Digests(table);
  return {
    isFull: makeIsFull({ table, waiting, policy, channels }),
    async add(member, again = false) {
      const isFrozen = ({ channel, type, madeAt }: Awaited<ReturnType<Digests['all']>>[number]) =>
        channel === member.channel && type === member.type && madeAt >= member.at;
      // What a digest may have is not to be in another one as well.
      if (again && (await digests.all()).some(isFrozen)) return;
      await waiting.add(member);
    },
    isUnderWay: async (_channel, digest) => (await digests.get(digest)) !== undefined,
  };
}
