// The scheme the reader sees, light or dark: told to the server by a cookie, so that figures arrive in it, and to the
// figures on the page when the reader switches.
(() => {
  const seen = () => document.documentElement.getAttribute("data-mantine-color-scheme") || "light";
  let told = seen();
  const remember = () => (document.cookie = `scheme=${told}; path=/; max-age=31536000; SameSite=Lax`);
  remember();
  new MutationObserver(() => {
    if (seen() === told) return;
    told = seen();
    remember();
    window.dash_clientside.set_props("scheme-seen", { data: told });
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });
})();

window.dash_clientside = Object.assign({}, window.dash_clientside, {
  scheme: {
    follow: (scheme, templates, figures) =>
      figures.map((figure) => ({ ...figure, layout: { ...figure.layout, template: templates[scheme] } })),
  },
});
