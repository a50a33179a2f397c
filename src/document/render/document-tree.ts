/** Markdown → the allow-listed tree that a browser shows. Raw HTML becomes text, images their alt text, what is not known its text. */
import {
  type DocumentTree,
  Href,
  type InlineNode,
  type BlockNode as TreeBlock,
  type ItemNode as TreeItem,
  type TableNode as TreeTable,
  treeDepthLimit,
  treeNodeLimit,
} from '../../core/plan/document-tree.ts'
import type { BlockNode, CellNode, Inline, ItemNode, Place, TableNode } from '../markdown/markdown-nodes.ts'
import { plainText } from '../markdown/read-lines.ts'
import { parseDocument } from './parse-document.ts'

/**
 * The document as its author wrote it, without secrets and without anything of Tidegate's. Throws a `RangeError` where it is nested too
 * deep to be read.
 */
export function documentTree(text: string): DocumentTree {
  return new TreeBuilder().build(parseDocument(text))
}

class TreeBuilder {
  #nodes = 0
  #truncated = false

  build(blocks: readonly BlockNode[]): DocumentTree {
    return { blocks: this.#blocks(blocks, 1), truncated: this.#truncated }
  }

  /** Whether there is room for one more node. */
  #takes(): boolean {
    this.#nodes++
    if (this.#nodes > treeNodeLimit) this.#truncated = true
    return this.#nodes <= treeNodeLimit
  }

  #blocks(nodes: readonly BlockNode[], depth: number): TreeBlock[] {
    return nodes.flatMap((node) => (this.#takes() ? this.#block(node, depth) : []))
  }

  #block(node: BlockNode, depth: number): TreeBlock[] {
    const lines = linesOf(node)
    switch (node.kind) {
      case 'heading':
      case 'paragraph':
        return [{ ...lines, ...headOf(node), children: this.#inlines(node.children, depth) }]
      case 'code':
        return [{ kind: 'code', ...lines, language: node.language, text: node.text }]
      case 'rule':
        return [{ kind: 'rule', ...lines }]
      case 'quote':
        if (depth >= treeDepthLimit) return this.#flattened(node.children)
        return [{ kind: 'quote', ...lines, children: this.#blocks(node.children, depth + 1) }]
      case 'list': {
        if (depth >= treeDepthLimit) return this.#flattened(node.items.flatMap((item) => item.children))
        const items = node.items.flatMap((item) => (this.#takes() ? [this.#item(item, depth + 1)] : []))
        return [{ kind: 'list', ...lines, ordered: node.ordered, items }]
      }
      case 'table':
        return [this.#table(node, depth)]
      case 'html':
        return [{ kind: 'paragraph', ...lines, children: [{ kind: 'text', ...lines, text: node.text }] }]
      case 'definition':
        return []
    }
  }

  /** Blocks that are too deep, one beside the other: only their own text is kept. */
  #flattened(nodes: readonly BlockNode[]): TreeBlock[] {
    this.#truncated = true
    return this.#blocks(
      nodes.filter(({ kind }) => kind !== 'quote' && kind !== 'list'),
      treeDepthLimit,
    )
  }

  #item(node: ItemNode, depth: number): TreeItem {
    return {
      kind: 'item',
      ...linesOf(node),
      checked: node.checked ?? null,
      children: this.#blocks(node.children, depth + 1),
    }
  }

  #table(node: TableNode, depth: number): TreeTable {
    const { line, endLine } = node.header[0] ?? node
    const rows = [{ cells: node.header, line, endLine: node.header[0] ? endLine : line }, ...node.rows]
    return {
      kind: 'table',
      ...linesOf(node),
      rows: rows.flatMap((row) =>
        this.#takes() ? [{ kind: 'row' as const, ...linesOf(row), cells: this.#cells(row.cells, depth) }] : [],
      ),
    }
  }

  #cells(cells: readonly CellNode[], depth: number): TreeTable['rows'][number]['cells'] {
    return cells.flatMap((cell) =>
      this.#takes() ? [{ kind: 'cell', ...linesOf(cell), children: this.#inlines(cell.children, depth) }] : [],
    )
  }

  #inlines(nodes: readonly Inline[], depth: number): InlineNode[] {
    return nodes.flatMap((node) => (this.#takes() ? this.#inline(node, depth) : []))
  }

  #inline(node: Inline, depth: number): InlineNode[] {
    const lines = linesOf(node)
    if ('children' in node && depth >= treeDepthLimit) {
      this.#truncated = true
      return [{ kind: 'text', ...lines, text: plainText(node.children) }]
    }
    switch (node.kind) {
      case 'text':
      case 'html':
        return [{ kind: 'text', ...lines, text: node.value }]
      case 'image':
        return [{ kind: 'text', ...lines, text: node.alt }]
      case 'code':
        return [{ kind: 'inlineCode', ...lines, text: node.value }]
      case 'break':
        return [{ kind: 'break', ...lines }]
      case 'strong':
      case 'emphasis':
        return [{ kind: node.kind, ...lines, children: this.#inlines(node.children, depth + 1) }]
      case 'deleted':
        return this.#inlines(node.children, depth + 1)
      case 'link': {
        const children = this.#inlines(node.children, depth + 1)
        const href = Href.safeParse(node.url)
        // An address that is not allowed leaves its text.
        return href.success ? [{ kind: 'link', ...lines, href: href.data, children }] : children
      }
    }
  }
}

function headOf(node: Extract<BlockNode, { kind: 'heading' | 'paragraph' }>) {
  return node.kind === 'heading' ? { kind: node.kind, depth: node.depth } : { kind: node.kind }
}

function linesOf({ line, endLine }: Pick<Place, 'line' | 'endLine'>): { start: number; end: number } {
  return { start: line, end: endLine }
}
