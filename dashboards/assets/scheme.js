// The scheme the reader sees: told to the server by a cookie, so that figures arrive in it, and to figures on a switch.
(() => {
  const told = () => {
    const scheme = document.documentElement.getAttribute("data-mantine-color-scheme") || "light";
    document.cookie = `scheme=${scheme}; path=/; max-age=31536000; SameSite=Lax`;
  };
  told();
  new MutationObserver(told).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-mantine-color-scheme"],
  });
})();

window.dash_clientside = Object.assign({}, window.dash_clientside, {
  scheme: {
    follow: (scheme, templates, figures) => {
      const template = templates[scheme];
      const ink = (look) => look && look.layout && look.layout.font.color;
      return figures.map((figure) =>
        !template || ink(figure.layout.template) === ink(template)
          ? window.dash_clientside.no_update
          : { ...figure, layout: { ...figure.layout, template } },
      );
    },
  },
});
