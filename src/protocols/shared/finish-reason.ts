/** Finish reasons of a format and of the hub. */
import type { FinishReason } from '../../kernel/hub.js'

export interface Finish {
  finish_reason: FinishReason
  native_finish_reason?: string
}

export interface FinishWords {
  /** A word that the tables do not know counts as `stop`, and stays readable as the native one. */
  decode(word: unknown): Finish
  /** Writes `native` when it is one of the format's words for `finish`. Another provider's native word says nothing here. */
  encode(finish: FinishReason, native: string | undefined): string
}

/** @param hub - The hub's word for each of the format's. @param wire - The one that the format writes for each of the hub's. */
export function finishWords(
  hub: Readonly<Record<string, FinishReason>>,
  wire: Readonly<Record<FinishReason, string>>,
): FinishWords {
  const toHub: ReadonlyMap<unknown, FinishReason> = new Map(Object.entries(hub))
  return {
    decode(word) {
      const finish = toHub.get(word) ?? 'stop'
      return typeof word === 'string' && wire[finish] !== word
        ? { finish_reason: finish, native_finish_reason: word }
        : { finish_reason: finish }
    },
    encode: (finish, native) =>
      toHub.get(native) === finish && native !== undefined ? native : (wire[finish] ?? wire.stop),
  }
}
