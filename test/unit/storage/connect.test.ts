import { expect, it, vi } from 'vitest';
import { connectStorage } from '../../../shared/storage/connect.ts';

it('by addresses, storage lets in the user that is named, and no managed identity', async () => {
  const getToken = vi.fn(async () => {
    throw new Error('the user was asked');
  });
  const addresses = {
    queueServiceUri: 'https://account.queue.core.invalid',
    tableServiceUri: 'https://account.table.core.invalid/',
    clientId: 'of-the-managed-identity',
  };
  const { queues, tables } = connectStorage(addresses, { getToken });
  expect(getToken).not.toHaveBeenCalled();
  await expect(queues.events.send({})).rejects.toThrow('the user was asked');
  await expect(tables.deadLetters.get('partition', 'row')).rejects.toThrow('the user was asked');
  for (const call of getToken.mock.calls)
    expect(String(call)).toMatch(/^https:\/\/storage\.azure\.com\/?\/\.default/);
});
