import { describe, expect, it, vi } from 'vitest'
import type { Patcher, Replace } from '../../src/autolog/contract.js'
import type { HandlerLookup, StepDeclaration } from '../../src/autolog/step-contract.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch/patch.js'

const session = (integration = 'test'): PatchSession =>
  createPatcher({ integration, format: 'esm', options: {}, call: () => mark('call') })

function mark(word: string): Replace {
  return (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      const result = Reflect.apply(original, this, args) as unknown
      return active() ? `${word} ${String(result)}` : result
    }
}

function makeClient() {
  class Base {
    #secret = 'base'
    inherited(): string {
      return this.#secret
    }
  }
  class Client extends Base {
    static create(): string {
      return 'static'
    }
    async send(_first: string, _second?: string): Promise<string> {
      return 'sent'
    }
    get lazy(): () => string {
      return () => 'lazy'
    }
  }
  return { Base, Client }
}

describe('wrap', () => {
  it('replaces a method and restores its descriptor exactly', () => {
    const { Client } = makeClient()
    const before = Object.getOwnPropertyDescriptors(Client.prototype)
    const { patcher, off } = session()
    expect(patcher.wrap(Client.prototype, 'send', (original) => original.bind(null))).toBe(true)
    const patched = Object.getOwnPropertyDescriptor(Client.prototype, 'send')
    expect(patched?.value).not.toBe(before.send.value)
    expect({ ...patched, value: 0 }).toEqual({ ...before.send, value: 0 })
    off()
    expect(Object.getOwnPropertyDescriptors(Client.prototype)).toEqual(before)
    expect(Client.prototype.send).toBe(before.send.value)
  })

  it('looks like the original', () => {
    const { Client } = makeClient()
    Object.assign(Client.prototype.send, { documented: 'yes' })
    const { patcher } = session()
    patcher.wrap(Client.prototype, 'send', mark('x'))
    const { name, length } = Client.prototype.send
    expect({ name, length, ...Client.prototype.send }).toEqual({ name: 'send', length: 2, documented: 'yes' })
    expect(Object.keys(Client.prototype)).toEqual([])
  })

  it('shadows an inherited method, leaves the base alone, and removes the shadow', () => {
    const { Base, Client } = makeClient()
    const { patcher, off } = session()
    expect(patcher.wrap(Client.prototype, 'inherited', mark('x'))).toBe(true)
    expect(new Client().inherited()).toBe('x base')
    expect(new Base().inherited()).toBe('base')
    off()
    expect(Object.hasOwn(Client.prototype, 'inherited')).toBe(false)
    expect(new Client().inherited()).toBe('base')
  })

  it('patches the base class through the prototype of the prototype', () => {
    const { Client } = makeClient()
    const { patcher, off } = session()
    patcher.wrap(Object.getPrototypeOf(Client.prototype), 'inherited', mark('x'))
    expect(patcher.wrap(Client.prototype, 'inherited', mark('x'))).toBe(true)
    expect(new Client().inherited()).toBe('x base')
    off()
    expect(new Client().inherited()).toBe('base')
  })

  it('patches statics, and methods that a getter makes', () => {
    const { Client } = makeClient()
    const before = Object.getOwnPropertyDescriptor(Client.prototype, 'lazy')
    const { patcher, off } = session()
    patcher.wrap(Client, 'create', mark('x'))
    patcher.wrap(Client.prototype, 'lazy', mark('y'))
    expect(patcher.wrap(Client.prototype, 'lazy', mark('y'))).toBe(true)
    expect([Client.create(), new Client().lazy()]).toEqual(['x static', 'y lazy'])
    off()
    expect([Client.create(), new Client().lazy()]).toEqual(['static', 'lazy'])
    expect(Object.getOwnPropertyDescriptor(Client.prototype, 'lazy')).toEqual(before)
  })

  it('is a no-op for a second time, within one engine and between two', () => {
    const { Client } = makeClient()
    const [first, second] = [session(), session()]
    expect(first.patcher.wrap(Client, 'create', mark('x'))).toBe(true)
    expect(first.patcher.wrap(Client, 'create', mark('x'))).toBe(true)
    expect(second.patcher.wrap(Client, 'create', mark('x'))).toBe(true)
    expect([Client.create(), first.held, second.held]).toEqual(['x static', 2, 1])
    second.off()
    expect(Client.create()).toBe('x static')
    first.off()
    expect(Client.create()).toBe('static')
  })

  const declared = (name: string): StepDeclaration => ({ kind: 'tool', name })
  const call = (provider: string) => ({ protocol: 'openai-chat' as const, provider, baseURL: () => undefined })
  const lookup = (): HandlerLookup => ({ table: () => new Map(), key: () => 'x', declared: () => declared('x') })
  const [replace, step, model, found] = [mark('x'), declared('search'), call('p'), lookup()]
  it.each<[string, (patcher: Patcher, holder: unknown) => unknown, (patcher: Patcher, holder: unknown) => unknown]>([
    ['wrap', (p, holder) => p.wrap(holder, 'create', replace), (p, holder) => p.wrap(holder, 'create', mark('y'))],
    ['step', (p, holder) => p.step(holder, 'create', step), (p, holder) => p.step(holder, 'create', declared('y'))],
    ['call', (p, holder) => p.call(holder, 'create', model), (p, holder) => p.call(holder, 'create', call('q'))],
    [
      'handler',
      (p, holder) => p.handler(holder, 'create', found),
      (p, holder) => p.handler(holder, 'create', lookup()),
    ],
    ['a getter', (p, holder) => p.wrap(holder, 'lazy', replace), (p, holder) => p.wrap(holder, 'lazy', mark('y'))],
  ])('reports two declarations of one method: %s', (_name, first, other) => {
    class Client {
      static create(): string {
        return 'static'
      }
      static get lazy(): () => string {
        return () => 'lazy'
      }
    }
    class Derived extends Client {}
    const current = session()
    first(current.patcher, Client)
    first(current.patcher, Client)
    first(current.patcher, Derived)
    expect([current.held, current.faults]).toEqual([3, []])
    // Another integration, and another copy of this package, may patch it as well.
    const others = [session('other'), session()]
    for (const { patcher } of others) other(patcher, Client)
    expect(others.flatMap(({ faults }) => faults)).toEqual([])
    const late = session('late')
    first(late.patcher, Client)
    other(late.patcher, Client)
    other(late.patcher, Derived)
    const fault = expect.stringMatching(/^(create|lazy) is declared twice, and the first is used$/) as unknown
    expect([late.held, late.faults]).toEqual([3, [fault, fault]])
  })

  it('stacks two integrations, and undoes them in either order', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { Client } = makeClient()
      const sessions = [session('a'), session('b')] as const
      sessions[0].patcher.wrap(Client, 'create', mark('a'))
      sessions[1].patcher.wrap(Client, 'create', mark('b'))
      sessions[0].patcher.wrap(Client, 'create', mark('a'))
      expect(Client.create()).toBe('b a static')
      for (const index of order) sessions[index].off()
      expect(Client.create()).toBe('static')
    }
  })

  it('leaves a later wrapper in place, calls the original, and can be patched again', () => {
    const { Client } = makeClient()
    const first = session()
    first.patcher.wrap(Client, 'create', mark('x'))
    const ours = Client.create
    const theirs = Object.defineProperties(() => `theirs ${ours.call(Client)}`, Object.getOwnPropertyDescriptors(ours))
    Client.create = theirs
    first.off()
    expect(Client.create).toBe(theirs)
    expect(Client.create()).toBe('theirs static')
    session().patcher.wrap(Client, 'create', mark('again'))
    expect(Client.create()).toBe('again theirs static')
  })

  it('a reference that was taken while patched calls the original after off()', () => {
    const { Client } = makeClient()
    const { patcher, off } = session()
    patcher.wrap(Client, 'create', mark('x'))
    const { create } = Client
    off()
    expect(create()).toBe('static')
  })

  it('keeps private fields and `this`', () => {
    const { Base } = makeClient()
    const { patcher } = session()
    patcher.wrap(Base.prototype, 'inherited', mark('x'))
    expect(new Base().inherited()).toBe('x base')
    expect(() => Base.prototype.inherited.call({} as never)).toThrow(TypeError)
  })

  it('says why nothing happened, and throws nothing', () => {
    const { Client } = makeClient()
    const current = session()
    const { patcher } = current
    const frozen = Object.freeze({ send: () => 'frozen' })
    const sealed = Object.seal(Object.create({ send: () => 'inherited' }) as object)
    expect([
      patcher.wrap(undefined, 'send', mark('x')),
      patcher.wrap(Client.prototype, 'gone', mark('x')),
      patcher.wrap({ send: 'text' }, 'send', mark('x')),
      patcher.wrap(frozen, 'send', mark('x')),
      patcher.wrap(sealed, 'send', mark('x')),
      patcher.wrap(Client, 'create', () => {
        throw new Error('fault of an integration')
      }),
    ]).toEqual(Array.from({ length: 6 }, () => false))
    expect(current.misses).toEqual([
      'send has no holder',
      'gone is not there',
      'send is not a function',
      'send is read-only',
      'send is read-only',
      'create could not be wrapped',
    ])
    expect([current.held, Client.create(), frozen.send()]).toEqual([0, 'static', 'frozen'])
  })

  it('replaces a method that is writable but not configurable', () => {
    const holder = Object.defineProperty({} as { send(): string }, 'send', { value: () => 'plain', writable: true })
    const { patcher, off } = session()
    expect(patcher.wrap(holder, 'send', mark('x'))).toBe(true)
    expect(holder.send()).toBe('x plain')
    off()
    expect(holder.send()).toBe('plain')
  })
})

describe('call and hook', () => {
  it('call uses the given replacement', () => {
    const { Client } = makeClient()
    const { patcher } = session()
    expect(patcher.call(Client, 'create', { protocol: 'openai-chat', provider: 'p', baseURL: () => undefined })).toBe(
      true,
    )
    expect(Client.create()).toBe('call static')
  })

  it('hooks are undone in reverse order, and one that fails does not stop the others', () => {
    const order: number[] = []
    const current = session()
    current.patcher.hook(() => order.push(1))
    current.patcher.hook(() => {
      throw new Error('fault of a hook')
    })
    current.patcher.hook(() => order.push(3))
    expect(current.held).toBe(3)
    current.off()
    current.off()
    expect(order).toEqual([3, 1])
  })

  it('after off() nothing is patched any more, and a hook is undone at once', () => {
    const { Client } = makeClient()
    const { patcher, off } = session()
    off()
    const undo = vi.fn()
    patcher.hook(undo)
    expect([patcher.wrap(Client, 'create', mark('x')), Client.create(), undo.mock.calls.length]).toEqual([
      false,
      'static',
      1,
    ])
  })
})
