import * as z from 'zod/mini';
import { parseAnswer } from './parse-answer.ts';
import type { Platform } from './platform.ts';

interface Texts {
  readonly channelSchema: 'EmailPreferred' | 'SmsPreferred';
  /** A URN: who may read it at an organization is told by it. */
  readonly resourceId?: string | undefined;
  readonly emailSettings: { readonly subject: string; readonly body: string };
  readonly smsSettings: { readonly body: string };
}

/** Exactly one of them. */
export type NotificationRecipient =
  | { readonly recipientOrganization: Texts & { readonly orgNumber: string } }
  | {
      readonly recipientPerson: Texts & {
        readonly nationalIdentityNumber: string;
        readonly ignoreReservation: boolean;
      };
    };

/** To be sent as soon as may be. */
export interface NotificationOrder {
  /** The same again is the same order. */
  readonly idempotencyId: string;
  readonly sendersReference: string;
  /** Asked just before sending. */
  readonly conditionEndpoint: string;
  readonly recipient: NotificationRecipient;
}

const ordered = z.object({
  notificationOrderId: z.guid(),
  notification: z.object({ shipmentId: z.guid() }),
});
const manifest = z.object({ status: z.string(), lastUpdate: z.nullish(z.string()) });

/**
 * Makes the orders of Altinn Notifications. It takes a token with the scope `altinn:serviceowner/notifications.create`.
 *
 * Source: Altinn/altinn-notifications, `FutureOrdersController` and `ShipmentController`.
 */
export function makeNotifications(platform: Platform) {
  return {
    /**
     * Orders a notification, once: who has to make sure comes again with the same `idempotencyId`.
     * @throws AltinnError, with status 422 where there is no way to reach the recipient; TokenError
     */
    async order(order: NotificationOrder, signal?: AbortSignal) {
      const path = '/notifications/api/v1/future/orders';
      const body = await platform.request('POST', path, { body: order, maxTries: 1, signal });
      const { notificationOrderId, notification } = parseAnswer(ordered, body, 'an order of a notification');
      return { orderId: notificationOrderId, shipmentId: notification.shipmentId };
    },
    /**
     * What became of it: `Order_SendConditionNotMet`, say. Whom it went to is not kept.
     * @throws AltinnError, TokenError
     */
    async shipment(shipmentId: string, signal?: AbortSignal) {
      const path = `/notifications/api/v1/future/shipment/${shipmentId}`;
      const body = await platform.request('GET', path, { maxTries: 1, signal });
      return parseAnswer(manifest, body, 'a shipment');
    },
  };
}

export type Notifications = ReturnType<typeof makeNotifications>;
