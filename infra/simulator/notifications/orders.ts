import { fraction, guid } from '../chance.ts';
import type { SimulatedClock } from '../clock.ts';
import { inDays } from '../correspondence/letter.ts';
import type { Knobs } from '../knobs.ts';
import type { OrderRequest, Recipient } from './order-request.ts';
import type { ConditionCall, Shipment } from './shipment.ts';
import { numberOf } from './shipment.ts';

/** How often what is due is looked for, and until a condition that gave no answer is asked once more: simulated milliseconds. */
const [everyMs, againMs] = [60_000, 60_000];

export interface OrderAnswer {
  readonly notificationOrderId: string;
  readonly notification: {
    readonly shipmentId: string;
    readonly sendersReference: string | null;
    readonly reminders?: readonly { shipmentId: string; sendersReference: string | null }[];
  };
}

type Ask = (endpoint: string) => Promise<Pick<ConditionCall, 'status' | 'sendNotification'>>;

interface Parts {
  readonly seed: number;
  readonly clock: SimulatedClock;
  readonly knobs: Pick<Knobs, 'failCondition' | 'delayNotifications'>;
}

/**
 * The orders of Altinn Notifications, and what becomes of them: just before one is sent its condition is asked; where that
 * gives no answer, once more after a minute, and then it is sent whatever comes.
 *
 * Source: Altinn/altinn-notifications, `OrderRequestService`, `OrderProcessingService` and `ProcessPastDueOrderHandler`.
 */
export class NotificationOrders {
  /** The numbers of those who can be reached in no way, and of the persons who have reserved themselves. */
  readonly unreachable = new Set<string>();
  readonly reserved = new Set<string>();
  /** Every notification and reminder that was ordered, in the order of the orders. */
  readonly shipments: Shipment[] = [];
  readonly #parts: Parts;
  readonly #orders = new Map<string, OrderAnswer>();
  readonly #underWay = new Set<Promise<void>>();
  /** When something is to be processed. */
  readonly #times = new Set<number>();
  /** Set once there is an issuer to get a token from. */
  #ask: Ask = async () => ({ status: undefined, sendNotification: undefined });
  #drawn = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  askBy(ask: Ask): void {
    this.#ask = ask;
  }

  find(creator: string, idempotencyId: string): OrderAnswer | undefined {
    return this.#orders.get(JSON.stringify([creator, idempotencyId]));
  }

  /** Whether no recipient of it can be reached. A person's reservation does not count here. */
  isUnreachable({ recipient, reminders }: OrderRequest): boolean {
    const all = [recipient, ...(reminders ?? []).map((each) => each.recipient)];
    return all.some((each) => this.unreachable.has(numberOf(each) ?? ''));
  }

  order(creator: string, request: OrderRequest): OrderAnswer {
    const { clock } = this.#parts;
    const at = request.requestedSendTime ? Date.parse(request.requestedSendTime) : clock.now();
    const { idempotencyId } = request;
    const orderId = guid(this.#parts.seed, 'notification order', creator, idempotencyId);
    const of = { orderId, idempotencyId, creator };
    const main = this.#ship({ ...of, type: 'Notification', at, part: 0 }, request);
    const reminders = (request.reminders ?? []).map((each, place) => {
      const time = each.requestedSendTime
        ? Date.parse(each.requestedSendTime)
        : at + inDays(each.delayDays as number);
      return this.#ship({ ...of, type: 'Reminder', at: time, part: place + 1 }, each);
    });
    const receipt = ({ shipmentId, sendersReference }: Shipment) => ({ shipmentId, sendersReference });
    const answer = {
      notificationOrderId: orderId,
      notification: {
        ...receipt(main),
        ...(reminders.length > 0 && { reminders: reminders.map(receipt) }),
      },
    };
    this.#orders.set(JSON.stringify([creator, idempotencyId]), answer);
    return answer;
  }

  get idle(): boolean {
    return this.#underWay.size === 0;
  }

  /** When the next condition is asked, in simulated milliseconds; infinite where none is. */
  get nextAt(): number {
    return Math.min(...this.#times);
  }

  /** Resolves once no condition is being asked. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #ship(
    {
      at,
      part,
      ...of
    }: Pick<Shipment, 'orderId' | 'idempotencyId' | 'creator' | 'type'> & { at: number; part: number },
    given: {
      sendersReference?: string | null | undefined;
      conditionEndpoint?: string | null | undefined;
      recipient: Recipient;
    },
  ): Shipment {
    const { clock, knobs, seed } = this.#parts;
    const shipment: Shipment = {
      ...of,
      shipmentId: guid(seed, 'shipment', of.creator, of.idempotencyId, part),
      sendersReference: given.sendersReference ?? null,
      recipient: given.recipient,
      to: numberOf(given.recipient),
      conditionEndpoint: given.conditionEndpoint ?? undefined,
      requestedAt: at,
      conditionCalls: [],
      status: 'Order_Registered',
      updatedAt: clock.now(),
      sentAt: undefined,
    };
    this.shipments.push(shipment);
    const late = knobs.delayNotifications * 1000 * fraction(seed, 'late', shipment.shipmentId);
    const due = Math.max(at, clock.now()) + late;
    this.#processAt(Math.ceil(due / everyMs) * everyMs, shipment, false);
    return shipment;
  }

  #processAt(time: number, shipment: Shipment, isRetry: boolean): void {
    const { clock } = this.#parts;
    this.#times.add(time);
    clock.after(time - clock.now(), () => {
      this.#times.delete(time);
      this.#process(shipment, isRetry);
    });
  }

  #process(shipment: Shipment, isRetry: boolean): void {
    this.#change(shipment, 'Order_Processing');
    const work = this.#ifMet(shipment, isRetry).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #ifMet(shipment: Shipment, isRetry: boolean): Promise<void> {
    const isMet = shipment.conditionEndpoint ? await this.#condition(shipment) : true;
    if (isMet === undefined && !isRetry) {
      this.#processAt(this.#parts.clock.now() + againMs, shipment, true);
    } else if (isMet === false) this.#change(shipment, 'Order_SendConditionNotMet');
    else {
      this.#change(shipment, 'Order_Completed');
      const { to = '', recipient } = shipment;
      const isReserved = this.reserved.has(to) && !recipient.recipientPerson?.ignoreReservation;
      if (!isReserved) shipment.sentAt = this.#parts.clock.now();
    }
  }

  async #condition(shipment: Shipment): Promise<boolean | undefined> {
    const { clock, knobs, seed } = this.#parts;
    const fails = fraction(seed, 'condition', this.#drawn++) < knobs.failCondition;
    const answer = fails
      ? { status: undefined, sendNotification: undefined }
      : await this.#ask(shipment.conditionEndpoint as string);
    shipment.conditionCalls.push({ at: clock.now(), ...answer });
    return answer.sendNotification;
  }

  #change(shipment: Shipment, status: Shipment['status']): void {
    shipment.status = status;
    shipment.updatedAt = this.#parts.clock.now();
  }
}
