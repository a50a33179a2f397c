/** A plan document for a browser: an allow-listed tree of plain nodes. There is no HTML in it, and no address that could run anything. */
import { z } from 'zod'

/** Nodes inside one another; what is deeper becomes text. */
export const treeDepthLimit = 32
/** Nodes of one document; what follows is left out, and the tree says so. */
export const treeNodeLimit = 50_000

/**
 * http, https, mailto, or a path or fragment relative to the document: no spaces, control characters or backslashes, no `//host`, and no
 * colon in what a browser could take for a scheme.
 */
export const Href = z
  .string()
  .min(1)
  .max(2_000)
  .regex(/^(?:https?:\/\/|mailto:|(?!\/\/)[^\p{Cc}\s\\:/?#]*(?:$|(?=[/?#])))[^\p{Cc}\s\\]*$/iu)

/** A node of this kind on lines `start` to `end` of the document: 1-based, inclusive. */
const node = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({ kind: z.literal(kind), start: z.int().min(1), end: z.int().min(1), ...shape })

// Types of what holds itself cannot be inferred; they are these, and the schemas below are held to them.
type Node<K extends string, S> = { kind: K; start: number; end: number } & S

export type InlineNode =
  | Node<'text' | 'inlineCode', { text: string }>
  | Node<'break', unknown>
  | Node<'strong' | 'emphasis', { children: InlineNode[] }>
  | Node<'link', { href: string; children: InlineNode[] }>

const inlines = z.lazy(() => z.array(InlineNode))
export const InlineNode: z.ZodType<InlineNode> = z.discriminatedUnion('kind', [
  node('text', { text: z.string() }),
  node('inlineCode', { text: z.string() }),
  node('break', {}),
  node('strong', { children: inlines }),
  node('emphasis', { children: inlines }),
  node('link', { href: Href, children: inlines }),
])

const Cell = node('cell', { children: inlines })
const Row = node('row', { cells: z.array(Cell) })
/** The first row is the header. */
const Table = node('table', { rows: z.array(Row) })
export type TableNode = z.infer<typeof Table>

/** `checked` is that of a task box, null where there is none: a tick is a claim until a note says otherwise. */
export type ItemNode = Node<'item', { checked: boolean | null; children: BlockNode[] }>
export type BlockNode =
  | Node<'heading', { depth: number; children: InlineNode[] }>
  | Node<'paragraph', { children: InlineNode[] }>
  | Node<'code', { language: string; text: string }>
  | Node<'rule', unknown>
  | TableNode
  | Node<'list', { ordered: boolean; items: ItemNode[] }>
  | Node<'quote', { children: BlockNode[] }>

const blocks = z.lazy(() => z.array(BlockNode))
const Item = node('item', { checked: z.boolean().nullable(), children: blocks })
export const BlockNode: z.ZodType<BlockNode> = z.discriminatedUnion('kind', [
  node('heading', { depth: z.int().min(1).max(6), children: inlines }),
  node('paragraph', { children: inlines }),
  node('code', { language: z.string(), text: z.string() }),
  node('rule', {}),
  Table,
  node('list', { ordered: z.boolean(), items: z.array(Item) }),
  node('quote', { children: blocks }),
])

export const DocumentTree = z.strictObject({
  blocks: z.array(BlockNode),
  /** Whether something was left out for size or depth. */
  truncated: z.boolean(),
})
export type DocumentTree = z.infer<typeof DocumentTree>
