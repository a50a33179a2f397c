/** The syntax tree of a Markdown document: what `parseMarkdown` gives. Every node knows its place to the character. */

/** Offsets count UTF-16 units of the text that was parsed, `to` exclusive; lines and columns are 1-based. */
export interface Place {
  from: number
  to: number
  line: number
  column: number
  endLine: number
}

export type Inline = Place &
  (
    | { kind: 'text'; value: string }
    | { kind: 'code'; value: string }
    | { kind: 'html'; value: string }
    | { kind: 'image'; alt: string }
    | { kind: 'break' }
    | { kind: 'link'; url: string; children: Inline[] }
    | { kind: 'strong' | 'emphasis' | 'deleted'; children: Inline[] }
  )

export type BlockNode = Place &
  (
    | { kind: 'paragraph'; children: Inline[] }
    | { kind: 'heading'; depth: number; children: Inline[] }
    | { kind: 'rule' }
    | { kind: 'quote'; children: BlockNode[] }
    | ListNode
    | TableNode
    | { kind: 'code'; language: string; text: string }
    | { kind: 'html'; text: string }
    | { kind: 'definition' }
  )

export interface ListNode extends Place {
  kind: 'list'
  ordered: boolean
  items: ItemNode[]
}

export interface ItemNode extends Place {
  /** Of a task list item; `mark` is the place of its `[ ]` or `[x]`. */
  checked?: boolean
  mark?: Place
  children: BlockNode[]
}

export interface TableNode extends Place {
  kind: 'table'
  header: CellNode[]
  rows: RowNode[]
}

export interface RowNode extends Place {
  cells: CellNode[]
}

/** An empty cell stands where its closing mark does. */
export interface CellNode extends Place {
  children: Inline[]
}
