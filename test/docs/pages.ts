/** The pages that users read, and the programs that they show. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../architecture/sources.js'

export interface Program {
  /** Page, heading, and number within the section where there are several. */
  readonly name: string
  readonly page: string
  readonly section: string
  readonly language: 'js' | 'ts'
  readonly source: string
  /** Packages that it imports. */
  readonly packages: readonly string[]
  /** What the page says that it prints: the block of `text` behind it. A sample that no run repeats is `txt`. */
  readonly prints: string | undefined
}

interface Block {
  readonly language: string
  readonly text: string
}

/**
 * Packages of recipes that are not installed here, since each brings a tree of its own: such an example compiles, with
 * these as `any`, and does not run. A page says by hand which version its example was tried with.
 */
export const NOT_INSTALLED: readonly string[] = [
  '@opentelemetry/sdk-node',
  '@sentry/node',
  '@vercel/otel',
  'fastify',
  'next',
]

/** README and every page under `docs`, as paths from the root. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .sort(),
]

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8')

/** Every fenced block, with its heading. */
export function blocksOf(page: string): { readonly section: string; readonly blocks: readonly Block[] }[] {
  return textOf(page)
    .split(/^## /m)
    .map((part, index) => ({
      section: index === 0 ? 'the top' : (part.split('\n', 1)[0] ?? ''),
      blocks: [...part.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
        language,
        text,
      })),
    }))
}

const declared = (text: string): string[] =>
  [...text.matchAll(/^(?:const|let|class|function) (\w+)|^const \{ (.*?) \}/gm)].flatMap(
    ([, name, names]) => name ?? names?.split(', ') ?? [],
  )

/** The names of our package that a program uses and does not import: a page says where they are from once. */
function withImports(text: string): string {
  const unsaid = ['autolog', 'createClient'].filter(
    (word) =>
      new RegExp(`\\b${word}\\(`).test(text) && !new RegExp(`import \\{[^}]*\\b${word}\\b|const ${word} =`).test(text),
  )
  return unsaid.length === 0 ? text : `import { ${unsaid.join(', ')} } from 'tracestitch'\n${text}`
}

const packagesOf = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/(?:from|import\(|require\(|^import) ?'((?:@[^/']+\/)?[^/'.]+)/gm)].flatMap(
      ([, name]) => name ?? [],
    ),
  ),
]

/**
 * The programs of a page. Blocks of one section are one program, in which the later go on from the earlier. A block that
 * imports, or declares a name anew, begins another.
 */
export function programsOf(page: string): Program[] {
  return blocksOf(page).flatMap(({ section, blocks }) => {
    const programs: { language: 'js' | 'ts'; text: string; prints?: string }[] = []
    for (const { language, text } of blocks) {
      const last = programs.at(-1)
      if (language === 'text' && last) last.prints = text
      if (language !== 'js' && language !== 'ts') continue
      const known = declared(last?.text ?? '')
      const isNew = /^import /m.test(text) || declared(text).some((name) => known.includes(name))
      if (!last || isNew || last.language !== language) programs.push({ language, text })
      else last.text += text
    }
    return programs.map(({ language, text, prints }, index) => ({
      name: `${page}: ${section}${programs.length > 1 ? ` ${index + 1}` : ''}`,
      page,
      section,
      language,
      source: withImports(text),
      packages: packagesOf(text),
      prints,
    }))
  })
}

export const programs: readonly Program[] = pages.flatMap(programsOf)

export const isInstalled = (name: string): boolean => existsSync(join(root, 'node_modules', name))

export const runs = ({ packages }: Program): boolean => !packages.some((name) => NOT_INSTALLED.includes(name))
