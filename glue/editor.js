// The editor of programs: CodeMirror, as PyScript brings it along. Of two of its files all that is
// meant for others stands in one object.

import { minimalSetup } from "../vendor/pyscript/codemirror-BDx3jn9j.js";
import { Prec, StateEffect, StateField, Transaction } from "../vendor/pyscript/codemirror_state-DxSVIxgn.js";
import { indentWithTab } from "../vendor/pyscript/codemirror_commands-JTJPAaAA.js";
import { python } from "../vendor/pyscript/codemirror_lang-python-r-dBg-Wd.js";
import { v as view } from "../vendor/pyscript/codemirror_view-BsXnWedx.js";
import { x as language, t as tags } from "../vendor/pyscript/codemirror_language-BeYrpeur.js";

const { Decoration, EditorView, highlightActiveLine, keymap, lineNumbers } = view;
const { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } = language;

// styles/code.css has the colours.
const KINDS = {
  keyword: tags.keyword,
  text: tags.string,
  number: [tags.number, tags.bool, tags.null],
  comment: tags.comment,
  defined: [tags.definition(tags.variableName), tags.definition(tags.function(tags.variableName))],
};
const highlighting = syntaxHighlighting(
  HighlightStyle.define(
    Object.entries(KINDS).map(([kind, tag]) => ({ tag, class: `code-${kind}` })),
  ),
);

// Where a line begins, of those counted from 1.
const startOf = (doc, line) => doc.line(Math.min(line, doc.lines)).from;

// The line where a program failed, until the program is changed.
const setMarked = StateEffect.define();
const failed = Decoration.line({ class: "code-failed" });
const marked = StateField.define({
  create: () => Decoration.none,
  update(lines, { effects, docChanged, state }) {
    const effect = effects.find((each) => each.is(setMarked));
    if (effect?.value) return Decoration.set([failed.range(startOf(state.doc, effect.value))]);
    return effect || docChanged ? Decoration.none : lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Puts an editor into `parent`. Calls `changed` with the program whenever a visitor has changed it,
// and `run` for Ctrl+Enter.
export function newEditor(parent, attributes, changed, run) {
  const runs = () => {
    run();
    return true;
  };
  const byVisitor = (update) =>
    update.docChanged && !update.transactions.some((each) => each.annotation(Transaction.remote));
  const editor = new EditorView({
    parent,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: runs }, { key: "Ctrl-Enter", run: runs }])),
      keymap.of([indentWithTab]),
      minimalSetup,
      lineNumbers(),
      highlightActiveLine(),
      bracketMatching(),
      indentOnInput(),
      indentUnit.of("    "),
      python(),
      highlighting,
      marked,
      EditorView.lineWrapping,
      // Escape leaves the editor, with Tab; all else that the page does with it stays undone.
      EditorView.domEventHandlers({ keydown: (event) => event.key === "Escape" && event.stopPropagation() }),
      EditorView.contentAttributes.of(attributes),
      EditorView.updateListener.of((update) => {
        if (byVisitor(update)) changed(update.state.doc.toString());
      }),
    ],
  });
  const start = (line) => startOf(editor.state.doc, line);
  return {
    // Puts a program in the place of what stands there; with `undoable`, Ctrl+Z brings that back.
    write(text, undoable) {
      editor.dispatch({
        changes: { from: 0, to: editor.state.doc.length, insert: text },
        annotations: [Transaction.remote.of(true), Transaction.addToHistory.of(undoable)],
      });
    },
    // Marks a line, counted from 1, and shows it within the editor; none for 0.
    mark(line) {
      editor.dispatch({ effects: setMarked.of(line) });
      if (!line) return;
      const { top } = editor.lineBlockAt(start(line));
      editor.scrollDOM.scrollTop = top - editor.scrollDOM.clientHeight / 3;
    },
    // Leads to a line.
    goTo(line) {
      editor.dispatch({ selection: { anchor: start(line) }, scrollIntoView: true });
      editor.focus();
    },
    // So that Ctrl+C copies the whole program.
    selectAll() {
      editor.dispatch({ selection: { anchor: 0, head: editor.state.doc.length } });
      editor.focus();
    },
  };
}
