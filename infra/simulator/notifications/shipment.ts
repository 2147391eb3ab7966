import type { Recipient } from './order-request.ts';

/** One call of a condition endpoint. */
export interface ConditionCall {
  /** In simulated milliseconds. */
  readonly at: number;
  /** Absent where no answer came. */
  readonly status: number | undefined;
  /** What it said; absent where that was of no use. */
  readonly sendNotification: boolean | undefined;
}

/** A notification or a reminder of an order, and what became of it. */
export interface Shipment {
  readonly shipmentId: string;
  readonly orderId: string;
  readonly idempotencyId: string;
  readonly type: 'Notification' | 'Reminder';
  /** Who ordered it, as Altinn writes service owners: `ttd`. */
  readonly creator: string;
  readonly sendersReference: string | null;
  readonly recipient: Recipient;
  /** Nine or eleven digits, where it is for an organisation or a person. */
  readonly to: string | undefined;
  readonly conditionEndpoint: string | undefined;
  /** When it was to be sent, in simulated milliseconds. */
  readonly requestedAt: number;
  readonly conditionCalls: ConditionCall[];
  status: 'Order_Registered' | 'Order_Processing' | 'Order_Completed' | 'Order_SendConditionNotMet';
  /** In simulated milliseconds. */
  updatedAt: number;
  sentAt: number | undefined;
}

/** By what a recipient is found: the number of an organisation or a person. */
export function numberOf({ recipientOrganization, recipientPerson }: Recipient): string | undefined {
  return recipientOrganization?.orgNumber ?? recipientPerson?.nationalIdentityNumber;
}

/** Which way it goes: where one is preferred and both are known, that one. */
export function wayOf(recipient: Recipient): 'Email' | 'SMS' {
  const to =
    recipient.recipientOrganization ?? recipient.recipientPerson ?? recipient.recipientExternalIdentity;
  return recipient.recipientSms || /^Sms/.test(to?.channelSchema ?? '') ? 'SMS' : 'Email';
}

/**
 * The delivery manifest, as `GET future/shipment/{id}` answers it. Nobody is told whom it went to.
 *
 * Source: Altinn/altinn-notifications, `NotificationDeliveryManifestExt`.
 */
export function manifestOf(shipment: Shipment): object {
  const { shipmentId, sendersReference, type, status, updatedAt, recipient, sentAt } = shipment;
  const lastUpdate = new Date(updatedAt).toISOString();
  const way = wayOf(recipient);
  const destination = way === 'SMS' ? '+4799999999' : 'post@example.no';
  const sent = { type: way, destination, status: `${way}_Delivered`, lastUpdate };
  return {
    shipmentId,
    ...(sendersReference !== null && { sendersReference }),
    type,
    status,
    lastUpdate,
    recipients: sentAt === undefined ? [] : [sent],
  };
}
