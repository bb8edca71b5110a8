// Left and right arrow follow the links that carry data-key, unless the reader is in a control or a graph.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const at = event.target;
  if (at.closest && at.closest("input, textarea, select, [role=radiogroup], [role=listbox], .js-plotly-plot, .scrolls"))
    return;
  const link = document.querySelector(`a[data-key="${event.key}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
