/** Keys that a gateway gives to its own users, and the contract of what keeps them. */

const ID = 'key_'
/** Random bytes of an id. */
const ID_BYTES = 6
const ID_FORM = new RegExp(`^${ID}[\\da-f]{${2 * ID_BYTES}}$`)

/** @param random - Gives so many random bytes in hexadecimal. */
export const newKeyId = (random: (bytes: number) => string): string => ID + random(ID_BYTES)

/** Whether it is an id, and not a key that a program took for one. */
export const isKeyId = (text: string): boolean => ID_FORM.test(text)

/** A key of the gateway, without the key itself: that is shown once, when it is made. */
export interface VirtualKey {
  /** Names it in lists, logs and spans. */
  readonly id: string
  /** SHA-256 of the key, in hexadecimal. */
  readonly hash: string
  /** What it is for. */
  readonly name?: string | undefined
  /** ISO date. */
  readonly createdAt: string
  /** ISO date from which it is refused. Absent: never. */
  readonly expiresAt?: string | undefined
  /** Model strings and aliases that it may use; `*` stands for any part of a name. Absent: all that the gateway serves. */
  readonly models?: readonly string[] | undefined
  /** What its calls may cost in a period of the calendar. */
  readonly budget?: { readonly usd: number; readonly per: 'minute' | 'hour' | 'day' | 'week' | 'month' } | undefined
  /** Requests a minute. */
  readonly rpm?: number | undefined
  /** Tokens a minute. */
  readonly tpm?: number | undefined
  /** Calls at once. */
  readonly concurrent?: number | undefined
  /** The user of its calls, whatever their headers say. */
  readonly user?: string | undefined
  /** Tags of its calls, beside those of their own. */
  readonly tags?: readonly string[] | undefined
  /** Further fields of the identity of its calls, for conditions and strategies. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Keeps the keys of a gateway. A change is seen by every gateway that reads it, with the next request. */
export interface KeyStore {
  /** The key with this hash. @throws Error when the store cannot be read. */
  find(hash: string): Promise<VirtualKey | undefined>
  /** All keys, in the order in which they were made. */
  list(): Promise<readonly VirtualKey[]>
  /** Adds a key, or replaces the one of its id. */
  put(key: VirtualKey): Promise<void>
  /** Whether there was such a key. */
  remove(id: string): Promise<boolean>
  /** Closes its connections. */
  close(): Promise<void>
}
