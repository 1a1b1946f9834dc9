// On the front page of a protocol, every link with a name is where a part of the page was once. An address with such a
// name leads to where that part is now.
function follow() {
  const link = document.getElementById(location.hash.slice(1))
  if (link instanceof HTMLAnchorElement) location.replace(link.href)
}
addEventListener('hashchange', follow)
follow()
