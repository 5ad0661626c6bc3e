import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Abortable } from '../../src/client/call/abortable.js'
import { onAbort } from '../../src/client/call/on-abort.js'

test('aborts once, with the first reason, whoever listens and however late its signal is asked for', () => {
  const early = new Abortable()
  const { signal } = early
  const first = new Error('first')
  const heard: string[] = []
  const stop = early.onAbort(() => void heard.push('stopped'))
  early.onAbort(() => void heard.push('one'))
  early.onAbort(() => void heard.push('two'))
  stop()
  expect(early.aborted).toBe(false)
  early.throwIfAborted()
  early.abort(first)
  early.abort('second')
  expect(heard).toEqual(['one', 'two'])
  expect([early.aborted, early.reason, signal.aborted, signal.reason]).toEqual([true, first, true, first])
  expect(() => early.throwIfAborted()).toThrow(early.reason as Error)

  const late = new Abortable()
  late.abort()
  expect(late.reason).toMatchObject({ name: 'AbortError' })
  expect(late.signal.reason).toBe(late.reason)
})

test('one listener may remove another', () => {
  const source = new Abortable()
  const heard: string[] = []
  source.onAbort(() => stop())
  const stop = source.onAbort(() => void heard.push('taken away'))
  source.abort('over')
  expect(heard).toEqual([])
})

test('a race ends with the work, or with the abort whatever the work does', async () => {
  const source = new Abortable()
  await expect(source.race(Promise.resolve(1))).resolves.toBe(1)
  await expect(source.race(Promise.reject(new Error('of the work')))).rejects.toThrow('of the work')
  let fail: ((error: Error) => void) | undefined
  const endless = new Promise<never>((_, reject) => {
    fail = reject
  })
  const raced = source.race(endless)
  source.abort(new Error('over'))
  await expect(raced).rejects.toThrow('over')
  // Of no interest to anybody any more, and no unhandled rejection.
  fail?.(new Error('too late'))
  await expect(source.race(Promise.reject(new Error('later')))).rejects.toThrow('over')
})

test('has one signal, however often it is read', () => {
  const source = new Abortable()
  const { signal } = source
  expect(source.signal).toBe(signal)
  source.abort('over')
  expect(source.signal).toBe(signal)
})

test('each listener of a shared signal is removed separately', () => {
  const controller = new AbortController()
  const heard: string[] = []
  const listen = (name: string) => onAbort(controller.signal, () => void heard.push(name))
  const [one, two] = [listen('one'), listen('two')]
  const three = listen('three')
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
  one()
  one()
  controller.abort()
  two()
  three()
  expect(heard).toEqual(['two', 'three'])
  const other = new AbortController().signal
  onAbort(other, () => {})()
  expect(getEventListeners(other, 'abort')).toEqual([])
})
