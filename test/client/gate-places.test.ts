/** Places of a gate: of one process, and those that processes share. */
import { describe, expect, test } from 'vitest'
import { holdTime } from '../support/held-time.js'
import { entryOf, gateOf, MINUTE, never } from './gate-support.js'

const time = holdTime()

describe('places', () => {
  test('of this process: one more is refused, and a call that is refused for its rate takes none', async () => {
    const { gate } = gateOf({ concurrent: 1, rpm: 1 }, { shared: false })
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
    expect(await gate.tryEnter(entryOf())).toEqual({ limit: 'concurrent', of: 'the gate', mayWait: false })
    gate.leave()
    expect(await gate.tryEnter(entryOf())).toMatchObject({ limit: 'requests' })
    await time.advance(2 * MINUTE)
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
  })

  test('of this process: a waiting call gets the one that is given back, in a queue with limits of length and time', async () => {
    const { gate } = gateOf({ concurrent: 1, queue: 1 }, { waits: true, shared: false })
    expect(await gate.enter(entryOf(), never())).toBeUndefined()
    const waiting = gate.enter(entryOf(1, 50), never())
    expect(await gate.enter(entryOf(), never())).toMatchObject({ limit: 'queue', mayWait: true })
    await time.advance(50)
    expect(await waiting).toMatchObject({ limit: 'queue' })
    const next = gate.enter(entryOf(), never())
    gate.leave()
    expect(await next).toBeUndefined()
    gate.leave()
    expect(gate.idle).toBe(true)
  })

  test('if calls do not wait, enter does the same as tryEnter', async () => {
    const { gate } = gateOf({ concurrent: 1 }, { shared: false })
    expect(await gate.enter(entryOf(), never())).toBeUndefined()
    expect(await gate.enter(entryOf(), never())).toMatchObject({ limit: 'concurrent', mayWait: false })
  })

  test('of all processes: nothing is kept when the store fails', async () => {
    const { store, gate } = gateOf({ concurrent: 1, rpm: 9 })
    store.instead = () => {
      throw new Error('down')
    }
    await expect(gate.tryEnter(entryOf())).rejects.toThrow('down')
    store.instead = undefined
    expect(store.held('concurrent k')).toBe(0)
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
    expect(store.held('concurrent k')).toBe(1)
  })

  test('a place is renewed while it is held, and no longer', async () => {
    const { store, gate } = gateOf({ concurrent: 1 })
    await gate.tryEnter(entryOf())
    await time.advance(10 * store.leaseMs)
    expect(store.held('concurrent k')).toBe(1)
    expect(store.asked.filter((what) => what === 'acquire').length).toBe(31)
    gate.leave()
    expect(store.held('concurrent k')).toBe(0)
    await time.advance(10 * store.leaseMs)
    expect(store.held('concurrent k')).toBe(0)
    expect(time.timers()).toBe(0)
  })

  test('so is the other one, when one of two is given back', async () => {
    const { store, gate } = gateOf({ concurrent: 2 })
    await gate.tryEnter(entryOf())
    await gate.tryEnter(entryOf())
    gate.leave()
    await time.advance(10 * store.leaseMs)
    expect(store.held('concurrent k')).toBe(1)
  })

  test('a call that finds none gives back none of those that others have', async () => {
    const { store, gate } = gateOf({ concurrent: 2 })
    store.acquire({ key: 'concurrent k', limit: 2, holder: 'x', leaseMs: MINUTE })
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
    expect(await gate.tryEnter(entryOf())).toMatchObject({ limit: 'concurrent' })
    expect(store.held('concurrent k')).toBe(2)
    expect(store.asked).not.toContain('take')
  })

  test('if there is none, the store is asked again after a moment, not without a pause', async () => {
    const { store, gate } = gateOf({ concurrent: 2 })
    for (const holder of ['x', 'y']) store.acquire({ key: 'concurrent k', limit: 2, holder, leaseMs: MINUTE })
    store.asked.length = 0
    for (let i = 0; i < 3; i += 1) expect(await gate.tryEnter(entryOf())).toMatchObject({ limit: 'concurrent' })
    expect(store.asked).toEqual(['acquire'])
    await time.advance(19)
    expect(await gate.tryEnter(entryOf())).toMatchObject({ limit: 'concurrent' })
    expect(store.asked).toEqual(['acquire'])
    store.release('concurrent k', 'x')
    await time.advance(21)
    expect(await gate.tryEnter(entryOf())).toBeUndefined()
  })

  test('a waiting call gets in as soon as another process gives its place back, and is refused when its time ends first', async () => {
    const { store, gate } = gateOf({ concurrent: 1 }, { waits: true })
    store.acquire({ key: 'concurrent k', limit: 1, holder: 'x', leaseMs: MINUTE })
    expect(await gate.enter(entryOf(1, 15), never())).toMatchObject({ limit: 'queue', mayWait: true })
    const waiting = gate.enter(entryOf(), never())
    await time.advance(100)
    store.release('concurrent k', 'x')
    await time.advance(40)
    expect(await waiting).toBeUndefined()
    expect(store.held('concurrent k')).toBe(1)
  })

  test('a place that nobody waited for can be taken again at once', async () => {
    const { gate } = gateOf({ concurrent: 1 }, { waits: true })
    await gate.enter(entryOf(), never())
    gate.leave()
    await gate.enter(entryOf(), never())
    const next = gate.enter(entryOf(), never())
    await time.advance(0)
    gate.leave()
    await time.advance(0)
    expect(await next).toBeUndefined()
  })

  test('a process whose calls always wait pauses now and then, so that others get the place', async () => {
    const { store, gate } = gateOf({ concurrent: 1 }, { waits: true })
    let free = 0
    let ms = 0
    let served = 0
    for (let call = 0; call < 60; call += 1) {
      void (async () => {
        await gate.enter(entryOf(1, MINUTE), never())
        await time.after(50)
        gate.leave()
        served += 1
      })()
    }
    for (; served < 60; ms += 5) {
      await time.advance(5)
      if (store.held('concurrent k') === 0) free += 5
    }
    expect(free).toBeGreaterThan(100)
    expect(ms).toBeLessThan(3_600)
  })
})
