/** What is watched until it settles: the program's own handlers decide what becomes of it. */
import { expect, test } from 'vitest'
import { watchAside, watchSettling, type Settling } from '../../src/autolog/calls/settle.js'

type Handler = (value: unknown) => unknown
type Handlers = [onValue?: Handler | undefined, onError?: Handler | undefined]

/** A thenable that does its work anew each time it is awaited. */
function thenableOf(outcomes: readonly (readonly ['value' | 'error', unknown])[]): PromiseLike<unknown> {
  let asked = 0
  return {
    then(...[onValue, onError]: Handlers): Promise<unknown> {
      const [kind, what] = outcomes[asked++] ?? ['value', undefined]
      return (kind === 'value' ? Promise.resolve(what) : Promise.reject(what as Error)).then(onValue, onError)
    },
  } as PromiseLike<unknown>
}

function watching(): { told: unknown[]; settling: Settling } {
  const told: unknown[] = []
  return {
    told,
    settling: {
      value: (value) => void told.push(['value', value]),
      error: (error) => void told.push(['error', error]),
      abandoned: () => void told.push(['abandoned']),
    },
  }
}

const error = new Error('x')
const chain = (result: PromiseLike<unknown>, ...handlers: Handlers): PromiseLike<unknown> => result.then(...handlers)

test.each<[string, Handlers, 'value' | 'error', unknown]>([
  ['a failure that the program handles', [undefined, () => 'handled'], 'error', 'handled'],
  ['a failure with both handlers', [() => 'value', (caught) => [caught]], 'error', [error]],
  ['a failure without a handler', [() => 'value'], 'error', error],
  ['a value with a handler', [(value) => [value]], 'value', [1]],
  ['a value without a handler', [undefined, () => 'handled'], 'value', 1],
])('%s', async (_name, handlers, kind, expected) => {
  const what = kind === 'value' ? 1 : error
  for (const result of [thenableOf([[kind, what]]), kind === 'value' ? Promise.resolve(1) : Promise.reject(error)]) {
    const { told, settling } = watching()
    const watched = chain(watchSettling(result, settling), ...handlers)
    await expect(Promise.resolve(watched).catch((caught: unknown) => caught)).resolves.toEqual(expected)
    expect(told).toEqual([[kind, what]])
  }
})

test('only the first outcome of a thenable counts, however it ends later', async () => {
  const { told, settling } = watching()
  const thenable = thenableOf([
    ['error', error],
    ['value', 1],
    ['error', new Error('later')],
  ])
  const watched = watchSettling(thenable, settling)
  expect(watched).toBe(thenable)
  await expect(Promise.resolve(watched)).rejects.toBe(error)
  expect(await Promise.resolve(watched)).toBe(1)
  await expect(Promise.resolve(watched)).rejects.toThrow('later')
  expect(told).toEqual([['error', error]])
})

test.each<['value' | 'error', () => Promise<unknown>, unknown]>([
  ['value', () => Promise.resolve(1), 1],
  ['error', () => Promise.reject(error), error],
])('a promise that is watched aside: its %s', async (kind, make, what) => {
  const { told, settling } = watching()
  const promise = make()
  watchAside(promise, settling)
  await promise.catch(() => undefined)
  expect(told).toEqual([[kind, what]])
})
