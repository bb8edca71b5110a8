// A page is drawn anew for every choice. The control that was in focus gets it back, so that the keyboard stays where
// it was; and a page of another kind begins at its top.
(() => {
  let last = "";
  document.addEventListener("focusin", (event) => {
    last = event.target.id || event.target.dataset.key || "";
  });
  document.addEventListener("pointerdown", () => (last = ""), true);

  const refocus = () => {
    if (!last || document.activeElement !== document.body) return;
    const control = document.getElementById(last) || document.querySelector(`a[data-key="${CSS.escape(last)}"]`);
    if (!control) return;
    control.focus({ preventScroll: true });
    if (control.type === "text") control.setSelectionRange(control.value.length, control.value.length);
  };

  const kind = () => {
    const query = new URLSearchParams(location.search);
    return [location.pathname, query.has("map"), query.has("au")].join();
  };
  let shown = kind();
  window.addEventListener("popstate", () => (shown = kind())); // the browser knows where the reader was

  new MutationObserver(() => {
    refocus();
    if (shown === kind()) return;
    shown = kind();
    window.scrollTo(0, 0);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
