/** A shared store that can be made to fail. */
import type { Clock } from '../../src/kernel/clock.js'
import type { Store } from '../../src/kernel/store.js'
import { GuardedStore } from '../../src/stores/guarded.js'
import type { WhenDown } from '../../src/stores/store-down.js'
import { MemoryStore } from '../../src/stores/memory.js'

/** A store behind a switch, that counts what it is asked. */
export function behindSwitch(whenDown: WhenDown) {
  const time = { now: 0 }
  const clock: Clock = { now: () => time.now, date: () => time.now }
  const state = { asked: 0, fault: undefined as Error | undefined }
  const memory = new MemoryStore(clock)
  const store = new Proxy<Store>(memory, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        state.asked += 1
        if (state.fault) throw state.fault
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  return { state, time, memory, guarded: new GuardedStore({ store, local: new MemoryStore(clock), whenDown, clock }) }
}
