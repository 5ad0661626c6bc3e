/** TypeScript, asked about texts that are in no file. They are checked with the package's own types and options. */
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { root } from '../architecture/sources.js'

export interface TypedText {
  /** Where the text is taken to be, from the root: what it imports is found from there. */
  readonly path: string
  readonly text: string
}

function optionsOf(changes: ts.CompilerOptions): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
    config: { include: string[] }
  }
  return { ...ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root).options, ...changes }
}

function hostOf(texts: readonly TypedText[], options: ts.CompilerOptions): ts.CompilerHost {
  const virtual = new Map(texts.map(({ path, text }) => [join(root, path), text]))
  const host = ts.createCompilerHost(options, true)
  const { fileExists, readFile } = host
  host.fileExists = (file) => virtual.has(file) || fileExists(file)
  host.readFile = (file) => virtual.get(file) ?? readFile(file)
  return host
}

/** What `tsc` says of the texts, as `path:line message`. Files of the tree are taken for right: `npm run typecheck` asks them. */
export function problemsOf(texts: readonly TypedText[], changes: ts.CompilerOptions = {}): string[] {
  const options = optionsOf(changes)
  const names = texts.map(({ path }) => join(root, path))
  const program = ts.createProgram(names, options, hostOf(texts, options))
  return names.flatMap((name, index) => {
    const source = program.getSourceFile(name)
    if (!source) throw new Error(`TypeScript has not read ${name}`)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((problem) => {
      const line = source.getLineAndCharacterOfPosition(problem.start ?? 0).line + 1
      return `${texts[index]?.path}:${line} ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`
    })
  })
}

/** Names that an editor offers at each `|` in a text. */
export function completionsIn({ path, text }: TypedText): string[][] {
  const file = join(root, path)
  const positions: number[] = []
  let plain = ''
  for (const char of text) {
    if (char === '|') positions.push(plain.length)
    else plain += char
  }
  const options = optionsOf({})
  const host = hostOf([{ path, text: plain }], options)
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot(name) {
      const content = host.readFile(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (given) => join(dirname(ts.getDefaultLibFilePath(given)), ts.getDefaultLibFileName(given)),
    fileExists: (name) => host.fileExists(name),
    readFile: (name) => host.readFile(name),
  })
  return positions.map(
    (position) => service.getCompletionsAtPosition(file, position, undefined)?.entries.map(({ name }) => name) ?? [],
  )
}
