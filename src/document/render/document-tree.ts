/** Markdown → the allow-listed tree that a browser shows. Raw HTML becomes text, images their alt text, what is not known its text. */
import type { List, ListItem, Nodes, Parents, PhrasingContent, Root, RootContent, Table } from 'mdast'
import {
  type BlockNode,
  type DocumentTree,
  Href,
  type InlineNode,
  type ItemNode,
  type TableNode,
  treeDepthLimit,
  treeNodeLimit,
} from '../../core/plan/document-tree.ts'
import { parseDocument } from './parse-document.ts'

/** The document as its author wrote it, without anything of Tidegate's. Throws a `RangeError` where it is nested too deep to be read. */
export function documentTree(text: string): DocumentTree {
  return new TreeBuilder(parseDocument(text)).build()
}

class TreeBuilder {
  readonly #root: Root
  /** Addresses of `[text][name]`, by the name as the parser folds it. */
  readonly #addresses = new Map<string, string>()
  #nodes = 0
  #truncated = false

  constructor(root: Root) {
    this.#root = root
    collectAddresses(root, this.#addresses)
  }

  build(): DocumentTree {
    return { blocks: this.#blocks(this.#root.children, 1), truncated: this.#truncated }
  }

  /** Whether there is room for one more node. */
  #takes(): boolean {
    this.#nodes++
    if (this.#nodes > treeNodeLimit) this.#truncated = true
    return this.#nodes <= treeNodeLimit
  }

  #blocks(nodes: readonly RootContent[], depth: number): BlockNode[] {
    return nodes.flatMap((node) => (this.#takes() ? this.#block(node, depth) : []))
  }

  #block(node: RootContent, depth: number): BlockNode[] {
    const lines = linesOf(node)
    if (depth >= treeDepthLimit && 'children' in node) return this.#flattened(node)
    switch (node.type) {
      case 'heading':
        return [{ kind: 'heading', ...lines, depth: node.depth, children: this.#inlines(node.children, depth) }]
      case 'paragraph':
        return [{ kind: 'paragraph', ...lines, children: this.#inlines(node.children, depth) }]
      case 'code':
        return [{ kind: 'code', ...lines, language: node.lang ?? '', text: node.value }]
      case 'thematicBreak':
        return [{ kind: 'rule', ...lines }]
      case 'blockquote':
        return [{ kind: 'quote', ...lines, children: this.#blocks(node.children, depth + 1) }]
      case 'list':
        return [this.#list(node, depth)]
      case 'table':
        return [this.#table(node, depth)]
      case 'definition':
        return []
      case 'footnoteDefinition':
        return this.#blocks(node.children, depth)
      default:
        return textOf(node).trim() === '' ? [] : [paragraphOf(node)]
    }
  }

  #flattened(node: RootContent): BlockNode[] {
    this.#truncated = true
    return textOf(node).trim() === '' ? [] : [paragraphOf(node)]
  }

  #list(node: List, depth: number): BlockNode {
    const items = node.children.flatMap((item) => (this.#takes() ? [this.#item(item, depth + 1)] : []))
    return { kind: 'list', ...linesOf(node), ordered: node.ordered === true, items }
  }

  #item(node: ListItem, depth: number): ItemNode {
    const checked = typeof node.checked === 'boolean' ? node.checked : null
    return { kind: 'item', ...linesOf(node), checked, children: this.#blocks(node.children, depth + 1) }
  }

  #table(node: Table, depth: number): TableNode {
    const rows = node.children.flatMap((row) => {
      const cells = row.children.flatMap((cell) =>
        this.#takes()
          ? [{ kind: 'cell' as const, ...linesOf(cell), children: this.#inlines(cell.children, depth) }]
          : [],
      )
      return this.#takes() ? [{ kind: 'row' as const, ...linesOf(row), cells }] : []
    })
    return { kind: 'table', ...linesOf(node), rows }
  }

  #inlines(nodes: readonly PhrasingContent[], depth: number): InlineNode[] {
    return nodes.flatMap((node) => (this.#takes() ? this.#inline(node, depth) : []))
  }

  #inline(node: PhrasingContent, depth: number): InlineNode[] {
    const lines = linesOf(node)
    if ('children' in node && depth >= treeDepthLimit) {
      this.#truncated = true
      return [{ kind: 'text', ...lines, text: textOf(node) }]
    }
    switch (node.type) {
      case 'inlineCode':
        return [{ kind: 'inlineCode', ...lines, text: node.value }]
      case 'break':
        return [{ kind: 'break', ...lines }]
      case 'strong':
      case 'emphasis':
        return [{ kind: node.type, ...lines, children: this.#inlines(node.children, depth + 1) }]
      case 'link':
        return this.#link(node, node.url, depth)
      case 'linkReference':
        return this.#link(node, this.#addresses.get(node.identifier) ?? '', depth)
      default:
        return 'children' in node
          ? this.#inlines(node.children, depth + 1)
          : [{ kind: 'text', ...lines, text: textOf(node) }]
    }
  }

  /** An address that is not allowed leaves its text. */
  #link(node: Extract<PhrasingContent, Parents>, url: string, depth: number): InlineNode[] {
    const children = this.#inlines(node.children, depth + 1)
    const href = Href.safeParse(url)
    return href.success ? [{ kind: 'link', ...linesOf(node), href: href.data, children }] : children
  }
}

function linesOf({ position }: Nodes): { start: number; end: number } {
  return { start: position?.start.line ?? 1, end: position?.end.line ?? 1 }
}

function paragraphOf(node: RootContent): BlockNode {
  const lines = linesOf(node)
  return { kind: 'paragraph', ...lines, children: [{ kind: 'text', ...lines, text: textOf(node) }] }
}

/** Everything a node says, without markup; never recursive deeper than the parser itself was. */
function textOf(node: Nodes): string {
  if ('value' in node) return node.value
  if ('alt' in node) return node.alt ?? ''
  if (node.type === 'footnoteReference') return `[${node.label ?? node.identifier}]`
  if (node.type === 'break') return '\n'
  return 'children' in node ? node.children.map(textOf).join(node.type === 'paragraph' ? '' : ' ') : ''
}

function collectAddresses(node: Nodes, addresses: Map<string, string>): void {
  if (node.type === 'definition' && !addresses.has(node.identifier)) addresses.set(node.identifier, node.url)
  if ('children' in node) for (const child of node.children) collectAddresses(child, addresses)
}
