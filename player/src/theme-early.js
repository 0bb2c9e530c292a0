(function () {
  var root = document.documentElement;
  root.classList.remove('no-js');
  root.classList.add('js');
  try {
    var theme = localStorage.getItem('ferry-theme');
    if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme);
  } catch (refused) {
    root.removeAttribute('data-theme');
  }
})();
