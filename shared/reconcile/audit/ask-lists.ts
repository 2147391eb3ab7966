import type { Correspondence } from '../../altinn/api/correspondence.ts';
import { boundsOf, divide } from '../../altinn/api/list-window.ts';
import { resourcePrefix } from '../../altinn/resource.ts';
import type { Role } from '../../altinn/role.ts';
import { organizationUrn } from '../../altinn/whose.ts';
import { afterPublication, type LetterStatus } from './statuses.ts';
import type { AuditTask } from './task.ts';

interface AskDeps {
  readonly correspondence: Pick<Correspondence, 'list'>;
  readonly role: Role;
  readonly maxTries?: number | undefined;
}

export interface Answers {
  /** By status, those that were told completely or, of a window that is no longer divided, as far as they were. */
  readonly letters: ReadonlyMap<LetterStatus, readonly string[]>;
  /** The statuses that a list did not tell completely, or was not asked for because it would not. */
  readonly open: readonly LetterStatus[];
  /** The letter with which a full page ends: the others of that status are as old, or older. */
  readonly oldest: string | undefined;
  readonly requests: number;
}

/**
 * Asks Altinn which letters of a window ever had each status: one request a status, and fewer where the answer is
 * clear. Where none was published, none was read. Where more than a page was published, and more than a page of another
 * status was in the window that this is a part of, the other's page is likely to be full again and is left to the parts.
 */
export async function askLists(
  task: AuditTask,
  { correspondence, role, maxTries }: AskDeps,
  signal?: AbortSignal,
): Promise<Answers> {
  const letters = new Map<LetterStatus, readonly string[]>();
  const open: LetterStatus[] = [];
  const isLast = !divide(task);
  let oldest: string | undefined;
  let requests = 0;
  const ask = async (status: LetterStatus) => {
    signal?.throwIfAborted();
    const resourceId = task.resource.slice(resourcePrefix.length);
    const onBehalfOf = task.subunit && organizationUrn(task.subunit);
    const { ids, full } = await correspondence.list(
      { resourceId, role, status, ...boundsOf(task), onBehalfOf },
      { maxTries, signal },
    );
    requests++;
    if (full) {
      open.push(status);
      oldest ??= ids.at(-1);
    }
    if (!full || isLast) letters.set(status, ids);
  };

  const asked = task.statuses.includes('Published');
  if (asked) await ask('Published');
  for (const status of task.statuses.filter((status) => status !== 'Published')) {
    if (asked && letters.get('Published')?.length === 0 && afterPublication.includes(status)) continue;
    if (!isLast && open.includes('Published') && task.crowded.includes(status)) open.push(status);
    else await ask(status);
  }
  return { letters, open, oldest, requests };
}
