/** How the modules of a room become parts: who uses one thing gets few others with it. */
import { describe, expect, test } from 'vitest'
import { split, type Limits, type SourceModule } from '../../build/split.js'

const module = (id: string, bytes: number, ...imports: string[]): SourceModule => ({
  id,
  room: id.split('/', 1)[0] ?? '',
  bytes,
  imports,
})
const limits = (join: Limits['join'] = [], ...atOnce: string[]): Limits => ({ join, atOnce: new Set(atOnce) })
const sorted = (parts: string[][]): string[] => parts.map((part) => part.join(' ')).sort()

describe('split', () => {
  const modules = [
    module('face/a', 100, 'room/both', 'room/onlyA'),
    module('face/b', 100, 'room/both', 'room/onlyB'),
    module('room/both', 300),
    module('room/onlyA', 200, 'room/underA'),
    module('room/underA', 50),
    module('room/onlyB', 400),
  ]
  const uses = ['face/a', 'face/b']

  test('puts together what the same uses reach, the largest first', () => {
    expect(sorted(split(modules, uses, limits()))).toEqual([
      'face/a',
      'face/b',
      'room/both',
      'room/onlyA room/underA',
      'room/onlyB',
    ])
  })

  test('joins a small part with the one that brings least to those who need only one of them', () => {
    const small = [...modules.filter(({ id }) => id !== 'room/onlyA'), module('room/onlyA', 10, 'room/underA')]
    const parts = sorted(split(small, uses, limits([{ bytes: 100, dragged: 100 }])))
    // 60 bytes more for b, where the part of b would bring 400 to a.
    expect(parts).toContain('room/both room/underA room/onlyA')
    expect(parts).toContain('room/onlyB')
  })

  test('leaves a small part alone where a join brings too much', () => {
    const parts = sorted(split(modules, uses, limits([{ bytes: 260, dragged: 100 }])))
    expect(parts).toContain('room/onlyA room/underA')
  })

  test('joins nothing across rooms', () => {
    for (const part of split(modules, uses, limits([{ bytes: 1e6, dragged: 1e6 }])))
      expect(new Set(part.map((id) => id.split('/', 1)[0])).size).toBe(1)
  })

  test('makes no circle among parts that are loaded at once', () => {
    const chain = [
      module('face/a', 1, 'room/top'),
      module('face/b', 1, 'room/middle'),
      module('face/c', 1, 'room/bottom'),
      module('room/top', 10, 'room/middle'),
      module('room/middle', 100, 'room/bottom'),
      module('room/bottom', 10),
    ]
    const faces = ['face/a', 'face/b', 'face/c']
    const join = [{ bytes: 50, dragged: 1e6 }]
    for (const part of split(chain, faces, limits(join, 'room')))
      expect(part.includes('room/top') && part.includes('room/bottom') && !part.includes('room/middle')).toBe(false)
  })
})
