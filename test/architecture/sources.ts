/** Reads the tree for the architecture checks. Paths are relative to the root, with forward slashes. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Path to text. Checks take this, so that a test can hand them a house of its own. */
export type Sources = ReadonlyMap<string, string>

export interface Import {
  readonly specifier: string
  /** Erased by the compiler. Under `verbatimModuleSyntax`, `import { type X }` is not. */
  readonly typeOnly: boolean
  readonly dynamic: boolean
}

export function readSources(folders: readonly string[], pattern = /\.[cm]?[jt]s$/): Sources {
  const sources = new Map<string, string>()
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/')
      if (entry.isFile() && pattern.test(path) && !/(^|\/)(node_modules|\.apps)\//.test(path)) {
        sources.set(path, readFileSync(join(root, path), 'utf8'))
      }
    }
  }
  return sources
}

/** Every file that git tracks or would track. Empty where there is no repository, as in an unpacked archive. */
export function listTrackedFiles(): readonly string[] {
  try {
    const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return output.split('\0').filter(Boolean)
  } catch {
    // No git or no repository: the caller falls back to the source folders.
    return []
  }
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false)
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

export function importsOf(path: string, text: string): readonly Import[] {
  const imports: Import[] = []
  function add(node: ts.Node | undefined, typeOnly: boolean, dynamic: boolean): void {
    if (node && ts.isStringLiteralLike(node)) imports.push({ specifier: node.text, typeOnly, dynamic })
  }
  walk(parse(path, text), (node) => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword, false)
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly, false)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true, false)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, true)
    }
  })
  return imports
}

/** Text of every string and template in the code; comments are not code. */
export function stringsOf(path: string, text: string): readonly string[] {
  const strings: string[] = []
  walk(parse(path, text), (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      strings.push(node.text)
    }
  })
  return strings
}

/** The file that a relative import means: `./x.js` is `x.ts` in the sources. Undefined for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(from), specifier).replace(/\.([cm]?)js$/, '.$1ts')
}

/** What a function literal is assigned to, where that is a property: `promise.parse = () => …`. */
export function assignedFunctionsOf(path: string, text: string): readonly string[] {
  const targets: string[] = []
  walk(parse(path, text), (node) => {
    if (!ts.isBinaryExpression(node)) return
    const { left, right, operatorToken } = node
    const { kind } = operatorToken
    if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return
    if (!ts.isArrowFunction(right) && !ts.isFunctionExpression(right)) return
    if (ts.isPropertyAccessExpression(left)) targets.push(left.name.text)
    else if (ts.isElementAccessExpression(left)) targets.push('[…]')
  })
  return targets
}
